// `npm run restore <file>`: a backup into an empty DATA_DIR, or an empty database. Start the program afterwards.
import path from 'node:path'
import { readConfig, withoutSecrets } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { startEmbedded } from '../platform/embedded.ts'
import { openFiles } from '../platform/files.ts'
import { claimFolder } from '../platform/sole-owner.ts'
import { StartError } from '../platform/start-error.ts'
import { restoreBackup } from './backup/read.ts'
import { asTool } from './reach.ts'

await asTool(async () => {
  const [, , given] = process.argv
  if (!given) throw new StartError('Say which file: npm run restore <file>.')
  const config = readConfig()
  const { databaseUrl, dataDir } = config
  const file = path.resolve(given)
  const opened = new AsyncDisposableStack()
  try {
    const url = databaseUrl ?? (await openEmbedded(opened, dataDir))
    const place = databaseUrl ? withoutSecrets(databaseUrl) : dataDir
    const files = await openFiles(config)
    const restored = await restoreBackup(file, { url, dataDir, files, now: systemClock.now(), place })
    console.log(
      `Restored what stood there on ${restored.manifest.madeAt}: ${restored.rows} rows of ${restored.tables} tables and ${restored.files} files. Start the program now; staff sign in anew.`,
    )
    return 0
  } finally {
    await opened.disposeAsync()
  }
})

async function openEmbedded(opened: AsyncDisposableStack, dataDir: string): Promise<string> {
  const embedded = await startEmbedded(dataDir)
  const owner = await claimFolder({ url: embedded.url, dataDir })
  opened.defer(() => embedded.stop())
  opened.defer(() => owner.release())
  return embedded.url
}
