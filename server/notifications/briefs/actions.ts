import type { BriefId } from '../../kernel/ids.ts'
import { Conflict, NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { addDays, instantOf, type Window, windowOf } from '../../kernel/time.ts'
import { drop, owe, settle as settleOwed } from '../../obligations/actions.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { settle } from '../notices/actions.ts'
import { tell } from '../notices/telling.ts'
import * as briefs from './queries.ts'
import { type BriefLine, briefSubject, hasContent, linesOf, NORM_NIGHTS } from './rules.ts'

export type Times = { readonly draftAt: Date; readonly dueAt: Date }
type Hours = { readonly nightStart: string; readonly nightEnd: string }

/** When the brief of a night is drawn up and when it goes, on the morning after, by the clock on the wall. */
export function timesOf(
  night: string,
  { briefDraftTime, briefTime }: { briefDraftTime: string; briefTime: string },
  zone: string,
): Times {
  const morning = addDays(night, 1)
  return { draftAt: instantOf(morning, briefDraftTime, zone), dueAt: instantOf(morning, briefTime, zone) }
}

export const planBrief = async (tx: Tx, night: string, times: Times): Promise<void> =>
  void (await briefs.storePlan(tx, night, times))

/** The ten lines of a night, and whether anything happened in it. */
export async function readLines(
  db: Reader,
  night: string,
  zone: string,
): Promise<{ lines: BriefLine[]; lived: boolean }> {
  const { nightStart, nightEnd } = await currentSettings(db)
  const windows = Array.from({ length: NORM_NIGHTS + 1 }, (_, back) =>
    windowOfNight(addDays(night, -back), { nightStart, nightEnd }, zone),
  )
  const [tonight, ...earlier] = await briefs.readNights(db, windows)
  if (!tonight) throw new Error('a night has figures')
  return { lines: linesOf(tonight, earlier), lived: hasContent(tonight) }
}

export const windowOfNight = (night: string, { nightStart, nightEnd }: Hours, zone: string): Window =>
  windowOf(night, nightStart, nightEnd, zone)

/** The night is over: its lines stand, and its duty manager is asked for a word. One without content stays silent. */
export async function draftBrief(tx: Tx, id: BriefId, zone: string): Promise<void> {
  const brief = await briefs.lockBrief(tx, id)
  if (brief.state !== 'due' || brief.draftAt > tx.now) return
  const { lines, lived } = await readLines(tx.db, brief.night, zone)
  await briefs.setBrief(tx, id, { state: lived ? 'draft' : 'empty', lines })
  const owed = { kind: 'night_brief', subject: briefSubject(brief.night) } as const
  await drop(tx, owed)
  if (!lived) return
  await announce(tx, 'brief.drafted', { briefId: id }, { about: ['board'] })
  const settings = await currentSettings(tx.db)
  const managers = await briefs.managersOf(tx.db, windowOfNight(brief.night, settings, zone))
  const due = { opensAt: tx.now, dueAt: brief.dueAt, missedAt: brief.dueAt, path: `/brief/${brief.night}` }
  await owe(tx, ...managers.map((staffId) => ({ ...owed, ...due, staffId, post: 'manager' as const })))
  await tell(tx, {
    kind: 'brief',
    ref: `brief:${id}`,
    path: `/brief/${brief.night}`,
    to: managers.map((staffId) => ({ staffId, part: 'own' })),
  })
}

/** The duty manager's own words on top of the lines, until it goes (REGULATION row 11). @throws NotFound */
export async function writeWords(
  tx: Tx,
  night: string,
  { words, version, zone }: { words: string; version: number; zone: string },
): Promise<void> {
  const brief = await lockOwn(tx, night, zone)
  refuse(brief.state === 'draft' ? null : refusal('notifications.brief_gone', {}, 'words'))
  if (brief.words === words) return
  if (brief.version !== version) throw new Conflict('brief_changed')
  const by = staffOf(tx)
  await briefs.setBrief(tx, brief.id, { words, edited_by: by, edited_at: tx.now })
  if (words !== '') await settleOwed(tx, { kind: 'night_brief', subject: briefSubject(night) }, { by })
  await announce(tx, 'brief.edited', { briefId: brief.id, by }, { about: [] })
}

/** Somebody's who had the night, as it stands. @throws NotFound */
export async function lockOwn(tx: Tx, night: string, zone: string): Promise<briefs.Brief> {
  const known = await briefs.findBrief(tx.db, night)
  const settings = await currentSettings(tx.db)
  const managers = await briefs.managersOf(tx.db, windowOfNight(night, settings, zone))
  if (!known || !managers.includes(staffOf(tx))) throw new NotFound()
  return briefs.lockBrief(tx, known.id)
}

/** It goes: final figures, and nobody is asked for words any more. */
export async function closeBrief(tx: Tx, brief: briefs.Brief, zone: string): Promise<briefs.Brief> {
  const { lines } = await readLines(tx.db, brief.night, zone)
  const by = tx.actor.kind === 'staff' ? staffOf(tx) : null
  await briefs.setBrief(tx, brief.id, { state: 'sent', lines, sent_at: tx.now, sent_by: by })
  await settle(tx, `brief:${brief.id}`)
  // By its time it goes by itself: nobody has done it then.
  if (by) await settleOwed(tx, { kind: 'night_brief', subject: briefSubject(brief.night) }, { by })
  return { ...brief, state: 'sent', lines, sentAt: tx.now }
}
