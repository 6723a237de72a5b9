// `npm run rebuild`: after Redis was lost or emptied. What it carried is worked out anew from the database: reactions that
// never happened are done now; deadlines are rows and come back by themselves. Safe while the product runs, and twice.
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { HOUR, plus } from '../kernel/time.ts'
import { reactAgain } from '../platform/again.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase, openPool } from '../platform/database.ts'
import { openLog } from '../platform/log.ts'
import { buildReact } from '../platform/reactions.ts'
import { StartError } from '../platform/start-error.ts'
import { buildTransact } from '../platform/transaction.ts'
import { reactionsIn } from '../reactions.ts'
import type { Database } from '../schema.ts'
import { asTool, reachDatabase } from './reach.ts'

/** Longer than any weekend on which nobody looked. */
const HOURS = 72

await asTool(async () => {
  const hours = hoursBack()
  const config = readConfig()
  const reactions = reactionsIn(config.timeZone)
  const { url, close } = await reachDatabase(config)
  const log = openLog('error')
  const pool = openPool(url, { max: 2, kind: 'long', log })
  try {
    const db = openDatabase<Database>(pool)
    const transact = buildTransact<Database>({ db, clock: systemClock, onCommit: () => undefined })
    const react = buildReact({ db, transact, reactions, log })
    const now = systemClock.now()
    const count = await reactAgain({ db, reactions, react, log }, plus(now, -hours * HOUR), now)
    console.log(
      count === 0
        ? `Nothing of the last ${hours} hours was missing.`
        : `${count} reactions of the last ${hours} hours were missing and have been made up for.`,
    )
    return 0
  } finally {
    await pool.end()
    await close()
  }
})

function hoursBack(): number {
  const { hours } = parseArgs({ options: { hours: { type: 'string', default: String(HOURS) } } }).values
  if (/^\d{1,4}$/.test(hours)) return Number(hours)
  throw new StartError(`--hours is "${hours}", but it must be a whole number of hours, such as ${HOURS}.`)
}
