import { instant } from '../../events/event.ts'
import type { Post } from '../../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../kernel/ids.ts'
import { NotFound, type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { comingNight, windowOf } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { judge } from '../checker/rules.ts'
import type { Finding } from '../facts.ts'
import { planAsItStands } from '../judging.ts'
import { neighbour } from '../month.ts'
import * as shifts from '../queries.ts'
import { nameLeader, whyNotName } from '../signatures/actions.ts'
import { takenBack } from './following/rules.ts'
import * as months from './queries.ts'
import { numbersOf, settlePublication } from './reminding/actions.ts'
import { deadlinesOf, differencesOf, type MonthState, type Signing, whyNotPublish } from './rules.ts'
import type { StoredCell } from './tables.ts'

/** Begins the plan of a month, from this one to a year ahead; what stands in its shifts already is its first draft. Twice is once. */
export async function openMonth(tx: Tx, month: string, zone: string): Promise<void> {
  need(tx, 'roster.edit')
  const tonight = await nightNow(tx, zone)
  if (month < tonight.slice(0, 7) || month > yearAfter(tonight)) throw refusal('roster.month_far')
  if (!(await months.insertMonth(tx, month, staffOf(tx)))) return
  await months.replaceCells(tx, month, [], await cellsOfShifts(tx, month))
  await announce(tx, 'month.opened', { by: staffOf(tx) }, TOPICS)
}

export type CellChange = {
  readonly night: string
  readonly staffId: StaffId
  readonly post: Post | null
  readonly backup: boolean
}

/** Sets, moves or clears cells of the plan; what it breaks is said beside it, and nothing is refused but what is over or locked. */
export async function editCells(tx: Tx, month: string, changes: readonly CellChange[], zone: string): Promise<void> {
  need(tx, 'roster.edit')
  refuse(whyNotEdit((await months.lockMonth(tx, month)).state))
  const tonight = await nightNow(tx, zone)
  for (const { night } of changes) {
    if (!night.startsWith(month)) throw new NotFound()
    refuse(night < tonight ? refusal('roster.night_over') : null)
  }
  for (const staffId of new Set(changes.filter(({ post }) => post).map((one) => one.staffId)))
    if (!(await shifts.lockPerson(tx, staffId))) throw new NotFound()
  const before = await months.cellsAt(tx.db, changes)
  refuse(before.some(({ locked }) => locked) ? refusal('roster.cell_locked') : null)
  const after = changes.flatMap(({ night, staffId, post, backup }): StoredCell[] =>
    post ? [{ night, staffId, post, backup: backup && post === 'manager', locked: false }] : [],
  )
  await months.replaceCells(tx, month, before, after)
  await months.noteEdit(tx, { month, by: staffOf(tx), before, after })
  await changedPlan(tx, month)
}

/** A locked cell is left where it is by the generator and by people. */
export async function lockCell(
  tx: Tx,
  month: string,
  at: { night: string; staffId: StaffId },
  locked: boolean,
): Promise<void> {
  need(tx, 'roster.edit')
  refuse(whyNotEdit((await months.lockMonth(tx, month)).state))
  const before = await months.cellsAt(tx.db, [at])
  const after = before.map((cell) => ({ ...cell, locked }))
  await months.replaceCells(tx, month, before, after)
  await months.noteEdit(tx, { month, by: staffOf(tx), before, after })
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** Takes back one's own last edit of this plan; what was published since is not taken back with it. */
export async function undoEdit(tx: Tx, month: string): Promise<void> {
  need(tx, 'roster.edit')
  refuse(whyNotEdit((await months.lockMonth(tx, month)).state))
  const edit = await months.takeEdit(tx, month, staffOf(tx))
  if (!edit) throw refusal('roster.nothing_to_undo')
  const touched = [...edit.before, ...edit.after]
  const versions = await months.listVersions(tx.db, month)
  const then = versions.find(({ version }) => version === edit.version)?.cells ?? []
  const back = takenBack(edit.before, touched, { then, now: versions[0]?.cells ?? [] })
  await months.replaceCells(tx, month, await months.cellsAt(tx.db, touched), back)
  await changedPlan(tx, month)
}

/** The checker has seen it: nothing bars it from being published (REGULATION 2, ROSTER: draft → ready). */
export async function markReady(tx: Tx, month: string, zone: string): Promise<void> {
  need(tx, 'roster.edit')
  const { state } = await months.lockMonth(tx, month)
  refuse(whyNotEdit(state))
  if (state !== 'draft') return
  refuse(
    whyNotPublish(
      (await judged(tx, month, zone)).filter(({ weight }) => weight === 'barred'),
      NOTHING,
    ),
  )
  await months.setMonth(tx, month, { state: 'ready' })
}
const NOTHING: Signing = { reason: '', leader: null }

/**
 * Publishes the plan: its nights become shifts, in one transaction with the version that says so. What runs or is over
 * stays. Rows 3, 5, 8, 19; `seen` is the version its reader looked at, a newer one wants another look. Later than the hours before the first night it is late, and says so.
 */
export async function publishMonth(
  tx: Tx,
  month: string,
  signing: { readonly reason: string; readonly leaderId: StaffId | null; readonly seen?: number },
  zone: string,
): Promise<void> {
  need(tx, 'roster.edit')
  await shifts.lockRoster(tx)
  const { state, version } = await months.lockMonth(tx, month)
  refuse(whyNotEdit(state) ?? whyNotSeen(version, signing.seen))
  const findings = await judged(tx, month, zone)
  refuse(whyNotPublish(findings, { reason: signing.reason, leader: signing.leaderId }))
  const hard = findings.some(({ weight }) => weight === 'hard')
  if (hard && signing.leaderId) refuse(await whyNotName(tx, signing.leaderId))
  const cells = await months.listCells(tx.db, month)
  const [last] = await months.listVersions(tx.db, month)
  if (last && differencesOf(last.cells, cells).length === 0) throw refusal('roster.nothing_changed')
  await carryOut(tx, month, cells, zone)
  const settings = await currentSettings(tx.db)
  const { hoursBefore } = deadlinesOf(month, settings, { nightStart: settings.nightStart, zone })
  await addVersion(tx, {
    month,
    version: version + 1,
    why: version === 0 ? 'published' : 'changed',
    reason: hard ? signing.reason.trim() : null,
    leaderId: hard ? signing.leaderId : null,
    late: tx.now > hoursBefore,
    cells,
    findings,
  })
  if (hard && signing.leaderId) await nameLeader(tx, signing.leaderId, { month, version: version + 1 })
  await months.forgetEdits(tx, month)
  await months.setDraftFrom(tx, month, null)
  if (version === 0)
    await announce(
      tx,
      'month.published',
      { ...numbersOf(month), by: staffOf(tx), version: 1, nights: cells.length },
      TOPICS,
    )
  await settlePublication(tx, month)
}

/** The month is over: nobody changes its roster any more. */
export async function freezeMonth(tx: Tx, month: string): Promise<void> {
  const { state } = await months.lockMonth(tx, month)
  if (state === 'published') await months.setMonth(tx, month, { state: 'frozen' })
}

/** What the checker says of the plan as it stands. */
export async function judged(tx: Tx, month: string, zone: string): Promise<Finding[]> {
  const { facts, cells } = await planAsItStands(tx.db, month, { now: tx.now, zone })
  return judge(facts, cells)
}

/** The next version, in force from now on. */
export async function addVersion(tx: Tx, row: Omit<Parameters<typeof months.insertVersion>[1], 'by'>): Promise<void> {
  const by = tx.actor.kind === 'staff' ? tx.actor.staffId : null
  await months.insertVersion(tx, { ...row, by })
  const { state } = await months.lockMonth(tx, row.month)
  await months.setMonth(tx, row.month, { state: state === 'frozen' ? state : 'published', version: row.version, by })
  await announce(tx, 'month.versioned', { version: row.version, why: row.why, late: row.late }, TOPICS)
}

/** Night shifts that have not begun become what the plan says; each change is announced as if made by hand. */
async function carryOut(tx: Tx, month: string, cells: readonly StoredCell[], zone: string): Promise<void> {
  const { nightStart, nightEnd } = await currentSettings(tx.db)
  const standing = (await shifts.listShifts(tx.db, `${month}-01`, `${neighbour(month, 1)}-01`)).filter(
    ({ kind, from }) => kind === 'night' && from > tx.now,
  )
  const wanted = cells
    .filter(({ backup }) => !backup)
    .map((cell) => ({ ...cell, ...windowOf(cell.night, nightStart, nightEnd, zone), kind: 'night' as const }))
    .filter(({ from }) => from > tx.now)
  const key = ({ night, post, staffId }: { night: string; post: Post; staffId: StaffId }) =>
    `${night} ${post} ${staffId}`
  const [there, asked] = [new Set(standing.map(key)), new Set(wanted.map(key))]
  // Gone first: a window has one duty manager, and a person stands in one place.
  for (const shift of standing)
    if (!asked.has(key(shift)) && !(await shifts.hasAttendance(tx.db, shift.id))) await takeOut(tx, shift)
  for (const { staffId, post, night, kind, from, to } of wanted)
    if (!there.has(key({ night, post, staffId }))) {
      const id = await shifts.insertShift(tx, { staffId, post, night, kind, from, to })
      await tellShift(tx, 'shift.added', { id, staffId, from, to })
    }
}

async function takeOut(tx: Tx, shift: shifts.ShiftView): Promise<void> {
  await shifts.deleteShift(tx, shift.id)
  await tellShift(tx, 'shift.removed', shift)
}

const tellShift = (
  tx: Tx,
  name: 'shift.added' | 'shift.removed',
  { id, staffId, from, to }: { id: ShiftId; staffId: StaffId; from: Date; to: Date },
): Promise<void> =>
  announce(
    tx,
    name,
    { shiftId: id, staffId, startsAt: instant(from), endsAt: instant(to) },
    { about: ['roster', 'board', `duty:${staffId}`] },
  )

/** The nights of a month as its shifts say them. */
export async function cellsOfShifts(tx: Tx, month: string): Promise<StoredCell[]> {
  const found = await shifts.listShifts(tx.db, `${month}-01`, `${neighbour(month, 1)}-01`)
  const cells = found
    .filter(({ kind }) => kind === 'night')
    .map(({ night, post, staffId }) => ({ night, post, staffId, backup: false, locked: false }))
  // Two stretches of one night by one person are one cell of it.
  return [...new Map(cells.map((cell) => [`${cell.night} ${cell.staffId}`, cell])).values()]
}

/** A published plan is edited as a change; whoever has looked at it must look again. */
export async function changedPlan(tx: Tx, month: string): Promise<void> {
  await noteDraft(tx, month)
  await announce(tx, 'month.edited', { by: staffOf(tx) }, TOPICS)
}

/** Another plan than the one that was looked at, or published. */
export async function noteDraft(tx: Tx, month: string): Promise<void> {
  const found = await months.findMonth(tx.db, month)
  if (found?.state === 'ready') await months.setMonth(tx, month, { state: 'draft' })
  if (found && found.version > 0) await months.setDraftFrom(tx, month, await draftFrom(tx, found))
}

/** The version that the open changes began from; null where there are none (any more). */
async function draftFrom(tx: Tx, { month, version, draftFrom: from }: months.Month): Promise<number | null> {
  const [last] = await months.listVersions(tx.db, month)
  const open = differencesOf(last?.cells ?? [], await months.listCells(tx.db, month))
  return open.length > 0 ? (from ?? version) : null
}

const whyNotSeen = (version: number, seen: number | undefined): Refusal | null =>
  seen === undefined || seen === version ? null : refusal('roster.version_passed', { version })

const whyNotEdit = (state: MonthState): Refusal | null => (state === 'frozen' ? refusal('roster.plan_frozen') : null)

async function nightNow(tx: Tx, zone: string): Promise<string> {
  const { nightStart: start, nightEnd: end } = await currentSettings(tx.db)
  return comingNight(tx.now, { start, end, zone })
}
const yearAfter = (night: string): string => `${Number(night.slice(0, 4)) + 1}${night.slice(4, 7)}`

const TOPICS = { about: ['roster'] }
