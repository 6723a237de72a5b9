import { instant } from '../../../events/event.ts'
import type { Post } from '../../../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../../../kernel/refusal.ts'
import { windowOf } from '../../../kernel/time.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { judge } from '../../checker/rules.ts'
import type { Finding } from '../../facts.ts'
import { planAsItStands } from '../../judging.ts'
import { neighbour } from '../../month.ts'
import * as shifts from '../../queries.ts'
import { nameLeader, whyNotName } from '../../signatures/actions.ts'
import { listCells } from '../cells/queries.ts'
import { forgetEdits } from '../editing/queries.ts'
import { lockMonth, setDraftFrom, setMonth } from '../queries.ts'
import { numbersOf, settlePublication } from '../reminding/actions.ts'
import { deadlinesOf, differencesOf, type Signing, whyNotEdit, whyNotPublish } from '../rules.ts'
import type { StoredCell } from '../tables.ts'
import { addVersion } from '../versions/actions.ts'
import { listVersions } from '../versions/queries.ts'

/** The checker has seen it: nothing bars it from being published (REGULATION 2, ROSTER: draft → ready). */
export async function markReady(tx: Tx, month: string, zone: string): Promise<void> {
  need(tx, 'roster.edit')
  const { state } = await lockMonth(tx, month)
  refuse(whyNotEdit(state))
  if (state !== 'draft') return
  refuse(
    whyNotPublish(
      (await judged(tx, month, zone)).filter(({ weight }) => weight === 'barred'),
      NOTHING,
    ),
  )
  await setMonth(tx, month, { state: 'ready' })
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
  const { state, version } = await lockMonth(tx, month)
  refuse(whyNotEdit(state) ?? whyNotSeen(version, signing.seen))
  const findings = await judged(tx, month, zone)
  refuse(whyNotPublish(findings, { reason: signing.reason, leader: signing.leaderId }))
  const hard = findings.some(({ weight }) => weight === 'hard')
  if (hard && signing.leaderId) refuse(await whyNotName(tx, signing.leaderId))
  const cells = await listCells(tx.db, month)
  const [last] = await listVersions(tx.db, month)
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
  await forgetEdits(tx, month)
  await setDraftFrom(tx, month, null)
  if (version === 0)
    await announce(
      tx,
      'month.published',
      { ...numbersOf(month), by: staffOf(tx), version: 1, nights: cells.length },
      TOPICS,
    )
  await settlePublication(tx, month)
}

const whyNotSeen = (version: number, seen: number | undefined): Refusal | null =>
  seen === undefined || seen === version ? null : refusal('roster.version_passed', { version })

/** What the checker says of the plan as it stands. */
async function judged(tx: Tx, month: string, zone: string): Promise<Finding[]> {
  const { facts, cells } = await planAsItStands(tx.db, month, { now: tx.now, zone })
  return judge(facts, cells)
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

const TOPICS = { about: ['roster'] }
