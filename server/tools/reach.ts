import fs from 'node:fs'
import path from 'node:path'
import type { Config } from '../config.ts'
import { startEmbedded } from '../platform/embedded.ts'
import { isHeld } from '../platform/sole-owner.ts'
import { StartError } from '../platform/start-error.ts'

export type Reached = { readonly url: string; readonly close: () => Promise<void> }

/**
 * The database of a Nightdesk as it stands, never migrated: the configured one, or the embedded one, whether the program
 * runs on it now or not. A server that was started for this alone is stopped again, one that is in use goes on.
 */
export async function reachDatabase({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Reached> {
  if (databaseUrl) return { url: databaseUrl, close: async () => undefined }
  if (!fs.existsSync(path.join(dataDir, 'pg', 'PG_VERSION')))
    throw new StartError(`There is no Nightdesk in ${dataDir}: set DATA_DIR to its folder, or DATABASE_URL.`)
  const embedded = await startEmbedded(dataDir)
  return {
    url: embedded.url,
    close: async () => {
      if (!(await isHeld(embedded.url))) await embedded.stop()
    },
  }
}

/** Runs a tool: what stands in its way is one sentence and exit 1. */
export async function asTool(run: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await run()) ?? 0
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error)
    process.exitCode = 1
  }
}
