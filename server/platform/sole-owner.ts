import pg from 'pg'
import { StartError } from './start-error.ts'

/** Any constant of our own; held for as long as the program runs. */
const LOCK = 4_201_000
const PATIENCE_MILLISECONDS = 3000
const RETRY_MILLISECONDS = 100

type Options = { readonly url: string; readonly dataDir: string }
export type SoleOwner = { readonly release: () => Promise<void> }

/**
 * One Nightdesk a data folder. The database of a killed program lives on and is adopted; the lock, held on a connection
 * of its own, tells that orphan from one that another program uses now. Throws `StartError`.
 */
export async function claimFolder({ url, dataDir }: Options): Promise<SoleOwner> {
  const patience = performance.now() + PATIENCE_MILLISECONDS
  let held = await claimUnless(() => performance.now() > patience, url)
  if (!held)
    throw new StartError(
      `Another Nightdesk runs on the folder ${dataDir}: stop it first, or give this one a DATA_DIR and a PORT of its own.`,
    )
  let released = false
  const claimAgain = async (): Promise<void> => {
    held = await claimUnless(() => released, url)
    held?.once('end', lost)
  }
  // The server was started again, and the lock went with the connection.
  const lost = (): void => {
    if (!released) void claimAgain()
  }
  held.once('end', lost)
  return {
    release: async () => {
      released = true
      await held?.end()
    },
  }
}

/** Whether a program holds the folder now. */
export async function isHeld(url: string): Promise<boolean> {
  const client = await tryClaim(url)
  await client?.end()
  return client === undefined
}

// A program that was just killed or is stopping lets go a moment later, so one refusal is not the answer yet.
async function claimUnless(given: () => boolean, url: string): Promise<pg.Client | undefined> {
  while (!given()) {
    const client = await tryClaim(url)
    if (client) return client
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
  }
  return undefined
}

async function tryClaim(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
    application_name: 'nightdesk owner',
  })
  client.on('error', () => undefined) // followed by 'end', which is where we act
  try {
    await client.connect()
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK])
    if (rows[0]?.mine) return client
    await client.end()
  } catch {
    return undefined // the server is on its way down or up: tried again
  }
  return undefined
}
