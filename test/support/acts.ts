import type { Kysely } from 'kysely'
import { type Announcement, buildTransact, type Spoken } from '../../server/platform/transaction.ts'
import type { Database, Transact } from '../../server/schema.ts'
import type { HandSetClock } from './clock.ts'

/** Acts on the test database with a hand-set clock, and everything that was told after each commit. */
export function acts(database: { readonly db: Kysely<Database> }, clock: HandSetClock) {
  const announced: Announcement[] = []
  const spoken: Spoken[] = []
  const transact: Transact = (actor, act, writes) =>
    buildTransact<Database>({
      db: database.db,
      clock,
      onCommit: (told) => {
        announced.push(...told.announced)
        spoken.push(...told.spoken)
      },
    })(actor, act, writes)
  return { transact, announced, spoken }
}
