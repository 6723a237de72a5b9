import { instant } from '../events/event.ts'
import type { ObligationId, ShiftId, StaffId } from '../kernel/ids.ts'
import { refuse } from '../kernel/refusal.ts'
import { need, staffOf } from '../platform/actor.ts'
import { type Announcing, announce, announceAll } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { type OfShift, owedByShift } from './contributors.ts'
import type { About, ObligationRow, Owed } from './queries.ts'
import * as obligations from './queries.ts'
import { done, undone, whyNotExcuse } from './rules.ts'

/** Somebody will have to do this. Said again it changes nothing, at another time it moves; what has become of one already stays. */
export async function owe(tx: Tx, ...owed: readonly Owed[]): Promise<void> {
  const stored = await obligations.storeOwed(tx, owed)
  await tell(
    tx,
    stored.map(({ row, isNew }) => ({
      name: isNew ? ('obligation.owed' as const) : ('obligation.moved' as const),
      payload: { ...about(row), dueAt: instant(row.dueAt) },
      about: topics(row),
    })),
  )
}

/** Done before it was ever shown as due; told by whatever it was that was done, so nothing more is announced. */
export async function noteDone(tx: Tx, all: readonly obligations.Ended[]): Promise<void> {
  const fresh = new Set(await obligations.insertDone(tx, all))
  for (const one of all.filter((each) => !fresh.has(each)))
    await settle(tx, { ...one.owed, part: one.owed.part ?? '' }, one)
}

/** Done, at an instant that may lie before now; by its owner, where nobody else is named. Twice is once. */
export async function settle(
  tx: Tx,
  which: About,
  { at = tx.now, by, record = null }: { at?: Date; by?: StaffId | null; record?: string | null } = {},
): Promise<void> {
  for (const row of await obligations.lockAbout(tx, which)) {
    if (row.doneAt) continue
    const stage = done(row, row, at)
    await obligations.setStage(tx, row.id, stage, { record, done_by: by ?? row.staffId })
    const payload = { ...about(row), by: by ?? row.staffId, state: stage.state, doneAt: instant(at) }
    await announce(tx, 'obligation.settled', payload, { about: topics(row) })
  }
}

/** It is not owed any more. What was late or missed by then stays a fact. */
export async function drop(tx: Tx, which: About): Promise<void> {
  await remove(tx, await obligations.lockAbout(tx, which))
}

/** It was taken back: it is owed again, at its own time. */
export async function resume(tx: Tx, which: About): Promise<void> {
  for (const row of await obligations.lockAbout(tx, which)) {
    if (!row.doneAt || row.state === 'excused') continue
    await obligations.setStage(tx, row.id, undone(row, tx.now), { record: null, done_by: null })
    await announce(tx, 'obligation.moved', { ...about(row), dueAt: instant(row.dueAt) }, { about: topics(row) })
  }
}

/** Somebody else has it from now on; what was late by then stays with whoever had it. */
export async function handOn(tx: Tx, which: About, to: StaffId): Promise<void> {
  for (const row of await obligations.lockAbout(tx, which)) {
    if (row.state !== 'due' || row.staffId === to) continue
    await obligations.setOwner(tx, row.id, to)
    const payload = { ...about({ ...row, staffId: to }), dueAt: instant(row.dueAt) }
    await announce(tx, 'obligation.moved', payload, { about: [...topics(row), ...topics({ ...row, staffId: to })] })
  }
}

/** A shift was planned, or is another's now: what it brings is due from whoever stands in it. */
export async function oweOfShift(tx: Tx, contributors: readonly OfShift[], shiftId: ShiftId): Promise<void> {
  const owed = await owedByShift(contributors, tx.db, shiftId, tx.now)
  const keyOf = (one: { kind: string; subject: string; part?: string; staffId?: StaffId | null }): string =>
    [one.kind, one.subject, one.part ?? '', one.staffId ?? ''].join(' ')
  const kept = new Set(owed.map(keyOf))
  const before = await obligations.lockOfShift(tx, shiftId)
  await remove(
    tx,
    before.filter((row) => !kept.has(keyOf(row))),
  )
  await owe(tx, ...owed)
}

/** The shift is gone, and what it would have brought with it. */
export async function dropOfShift(tx: Tx, shiftId: ShiftId): Promise<void> {
  await remove(tx, await obligations.lockOfShift(tx, shiftId))
}

/** Its time is over and nothing was done: late, then missed. Never early, each once. */
export async function lapse(tx: Tx, id: ObligationId): Promise<void> {
  const row = await obligations.lockObligation(tx, id)
  if (row.doneAt || (row.state !== 'due' && row.state !== 'late')) return
  const stage = undone(row, tx.now)
  if (stage.state === row.state) return
  await obligations.setStage(tx, id, stage)
  const name = stage.state === 'late' ? 'obligation.late' : 'obligation.missed'
  await announce(tx, name, { ...about(row), dueAt: instant(row.dueAt) }, { about: topics(row) })
}

/** A person says why it counts against nobody, and where that is shown; never about oneself (REGULATION, the obligation). */
export async function excuse(
  tx: Tx,
  id: ObligationId,
  { reason, link }: { reason: string; link: string },
): Promise<void> {
  need(tx, 'obligation.excuse')
  const by = staffOf(tx)
  const row = await obligations.lockObligation(tx, id)
  if (row.state === 'excused') return
  refuse(whyNotExcuse(row, by, { reason, link }))
  const was = row.state === 'missed' ? 'missed' : 'late'
  await obligations.storeExcuse(tx, id, { by, was, reason: reason.trim(), link: link.trim() || null })
  await announce(tx, 'obligation.excused', { ...about(row), by, was }, { about: topics(row) })
}

async function remove(tx: Tx, rows: readonly ObligationRow[]): Promise<void> {
  const open = rows.filter(({ state }) => state === 'due')
  if (open.length === 0) return
  await obligations.deleteObligations(
    tx,
    open.map(({ id }) => id),
  )
  await tell(
    tx,
    open.map((row) => ({ name: 'obligation.dropped' as const, payload: about(row), about: topics(row) })),
  )
}

const tell = async (tx: Tx, happened: readonly Announcing[]): Promise<void> => {
  if (happened.length > 0) await announceAll(tx, happened)
}

const about = ({ id, kind, clause, staffId, post, departmentId, shiftId }: ObligationRow) => ({
  obligationId: id,
  kind,
  clause,
  staffId,
  post,
  departmentId,
  shiftId,
})
const topics = ({ staffId }: Pick<ObligationRow, 'staffId'>): string[] => [
  'obligations',
  ...(staffId ? [`night:${staffId}`] : []),
]
