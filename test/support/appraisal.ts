import type { Kysely } from 'kysely'
import { countMonth } from '../../server/appraisal/freezing/actions.ts'
import { openMonth, passStage } from '../../server/appraisal/months/actions.ts'
import { findMonth, type MonthRow } from '../../server/appraisal/months/queries.ts'
import { type AppraisalRow, listOfMonth } from '../../server/appraisal/queries.ts'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import type { ObligationKind, ObligationState } from '../../server/kernel/obligations.ts'
import { system } from '../../server/platform/actor.ts'
import { evidence } from '../../server/reactions.ts'
import type { Database, Transact } from '../../server/schema.ts'
import type { HandSetClock } from './clock.ts'
import { type Rated, rated as ratedBy } from './ratings.ts'

export const ZONE = 'Asia/Shanghai'
export const OCTOBER = '2026-10-01'

type DB = Kysely<Database>

/** A shift of October, come to as said; null: not at all. */
export async function worked(
  db: DB,
  staffId: StaffId,
  post: Post,
  {
    night,
    arrival = 'ready',
    minutes = 0,
  }: { night: string; arrival?: 'ready' | 'late_for_handover' | 'late' | null; minutes?: number },
): Promise<ShiftId> {
  const from = new Date(`${night}T22:00:00+08:00`)
  const to = new Date(from.getTime() + 8 * 3_600_000)
  const { id } = await db
    .insertInto('shifts')
    .values({
      staff_id: staffId,
      post,
      during: `[${from.toISOString()},${to.toISOString()})`,
      night,
      kind: 'night',
      created_at: new Date(0),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (arrival)
    await db
      .insertInto('attendances')
      .values({
        shift_id: id,
        staff_id: staffId,
        checked_in_at: from,
        arrival,
        minutes_late: minutes,
        checked_out_at: to,
      })
      .execute()
  return id as ShiftId
}

export const night = (day: number): string => `2026-10-${String(day).padStart(2, '0')}`

/** So many obligations of a kind in October, of which so many were done. */
export async function owed(
  db: DB,
  staffId: StaffId,
  {
    kind = 'answer',
    post = 'service',
    done,
    of,
    day = 10,
  }: { kind?: ObligationKind; post?: Post; done: number; of: number; day?: number },
): Promise<void> {
  const due = new Date(`${night(day)}T23:00:00+08:00`)
  await db
    .insertInto('obligations')
    .values(
      Array.from({ length: of }, (_, n) => ({
        kind,
        clause: 1,
        staff_id: staffId,
        post,
        department_id: null,
        shift_id: null,
        subject: `test:${staffId}:${kind}:${day}:${n}`,
        part: '',
        opens_at: null,
        due_at: due,
        grace_minutes: 0,
        late_at: due,
        missed_at: null,
        state: (n < done ? 'done' : 'late') as ObligationState,
        done_at: n < done ? due : null,
        done_by: n < done ? staffId : null,
        path: null,
        record: null,
        next_at: null,
        excused_at: null,
        excused_by: null,
        excused_from: null,
        excuse_reason: null,
        excuse_link: null,
        made_at: due,
      })),
    )
    .execute()
}

/** A conversation of October that a customer rated. */
export const rated = (
  db: DB,
  staffId: StaffId,
  { at = `${night(12)}T23:30:00+08:00`, ...rating }: Omit<Rated, 'staffId' | 'givenAt'> & { at?: string },
) => ratedBy(db, { ...rating, staffId, givenAt: at })

type House = { readonly db: DB; readonly transact: Transact; readonly clock: HandSetClock }

/** The month of October, opened and counted at noon of the 1st of November. */
export async function openOctober({ db, transact, clock }: House): Promise<MonthRow> {
  clock.set('2026-11-01T12:00:00+08:00')
  await transact(system, (tx) => openMonth(tx, OCTOBER, ZONE))
  return countOctober({ db, transact, clock })
}

export async function countOctober({ db, transact }: House): Promise<MonthRow> {
  await countMonth({ db, transact }, (await october(db)).id, evidence)
  return october(db)
}

export async function october(db: DB): Promise<MonthRow> {
  const month = await findMonth(db, OCTOBER)
  if (!month) throw new Error('October is not open')
  return month
}

/** Somebody's row of that month as it stands. */
export async function octoberOf(db: DB, staffId: StaffId): Promise<AppraisalRow> {
  const rows = await listOfMonth(db, (await october(db)).id)
  const found = rows.find((row) => row.staffId === staffId)
  if (!found) throw new Error('not in the month')
  return found
}

/** The clock goes to the end of the stage, and what follows of itself follows. */
export async function nextStage(house: House): Promise<MonthRow> {
  const { id, dueAt } = await october(house.db)
  if (!dueAt) throw new Error('no stage ends')
  house.clock.set(dueAt)
  await house.transact(system, (tx) => passStage(tx, id))
  const month = await october(house.db)
  return month.state === 'refreezing' ? countOctober(house) : month
}
