import type { PrivacyEvents } from '../../../events/privacy.ts'
import type { CustomerId } from '../../../kernel/ids.ts'
import { DAY, plus } from '../../../kernel/time.ts'
import { system } from '../../../platform/actor.ts'
import type { Files } from '../../../platform/files.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Reader, Transact } from '../../../schema.ts'
import type { Settings } from '../../../settings/definitions.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { eraseOver } from '../actions.ts'
import type { Keeping } from '../keeping.ts'
import { isRunDone, storeRun } from './queries.ts'
import { A_BATCH, MOST_A_RUN } from './rules.ts'

type House = { readonly db: Reader; readonly transact: Transact; readonly files: Files }
type Counts = PrivacyEvents['retention.ran']

/**
 * The run of a day: what is older than its days goes, by the same path as what somebody erases by hand; customer by
 * customer, kind by kind, in small transactions. Cut off it begins again, and finds only what is left.
 */
export async function endWhatIsOver(
  house: House,
  keeping: Keeping,
  { day, now }: { day: string; now: Date },
): Promise<void> {
  const { db, transact } = house
  if (await isRunDone(db, day)) return
  const settings = await currentSettings(db)
  const counts: Counts = { conversations: await endConversations(house, keeping, beforeOf(settings, now)), ...NOTHING }
  for (const kind of keeping.over) counts[kind.name] = await endKind(house, kind, plus(now, -settings[kind.days] * DAY))
  await transact(system, async (tx) => {
    if (await storeRun(tx, day, counts)) await announce(tx, 'retention.ran', counts, { about: [] })
  })
}
const NOTHING = { files: 0, visitors: 0, letters: 0, incoming: 0, recordings: 0, calls: 0, notices: 0, reminders: 0 }

/** Conversations that ended before are over. */
const beforeOf = (settings: Settings, now: Date): Date => plus(now, -settings.retentionConversationDays * DAY)

async function endConversations(house: House, keeping: Keeping, before: Date): Promise<number> {
  const { db, transact, files } = house
  let ended = 0
  const seen = new Set<CustomerId>()
  while (seen.size < MOST_A_RUN) {
    const next = (await keeping.listOld(db, before, A_BATCH)).filter((id) => !seen.has(id))
    if (next.length === 0) break
    for (const id of next) {
      seen.add(id)
      const done = await transact(system, (tx) => eraseOver(tx, keeping, id, before))
      ended += done.ended
      await deleteFiles(files, done.files)
    }
  }
  return ended
}

async function endKind({ db, transact, files }: House, kind: Keeping['over'][number], before: Date): Promise<number> {
  let ended = 0
  while (ended < MOST_A_RUN) {
    const ids = await kind.list(db, before, A_BATCH)
    if (ids.length === 0) break
    const done = await transact(system, (tx) => kind.end(tx, ids, before))
    await deleteFiles(files, done.files)
    // Nothing moved: another process has them.
    if (done.ended === 0) break
    ended += done.ended
  }
  return ended
}

/** After the commit; what is left where this is cut off, the sweep finds. */
export async function deleteFiles(files: Files, ids: readonly string[]): Promise<void> {
  for (const id of ids) await files.delete(id)
}

/** What the next run will do, as things stand. */
export async function nextRun(db: Reader, keeping: Keeping, now: Date): Promise<Counts> {
  const settings = await currentSettings(db)
  const counts: Counts = { conversations: await keeping.countOld(db, beforeOf(settings, now)), ...NOTHING }
  for (const kind of keeping.over) counts[kind.name] = await kind.count(db, plus(now, -settings[kind.days] * DAY))
  return counts
}
