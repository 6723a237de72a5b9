import { sql } from 'kysely'
import type { ShiftId, StaffId, SwapId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { OPEN_STATES, type SwapFinding, type SwapState } from './rules.ts'

export type Swap = {
  readonly id: SwapId
  readonly state: SwapState
  readonly requesterId: StaffId
  readonly shiftId: ShiftId
  readonly substituteId: StaffId | null
  readonly backShiftId: ShiftId | null
  readonly emergency: boolean
  readonly reason: string
  readonly proof: { readonly file: string; readonly type: string; readonly name: string } | null
  readonly findings: readonly SwapFinding[]
  readonly madeAt: Date
  readonly askedAt: Date | null
  readonly acceptedAt: Date | null
  readonly hrBy: StaffId | null
  readonly hrAt: Date | null
  readonly managerBy: StaffId | null
  readonly managerAt: Date | null
  readonly answer: string | null
  readonly appliedAt: Date | null
  readonly reversalBy: StaffId | null
  readonly reversalAt: Date | null
  readonly endedAt: Date | null
  readonly nextAt: Date | null
}

const rows = (db: Reader) => db.selectFrom('swaps').selectAll()
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
export const swapOf = (row: Row): Swap => ({
  id: row.id as SwapId,
  state: row.state,
  requesterId: row.requester_id as StaffId,
  shiftId: row.shift_id as ShiftId,
  substituteId: row.substitute_id as StaffId | null,
  backShiftId: row.back_shift_id as ShiftId | null,
  emergency: row.emergency,
  reason: row.reason,
  proof: row.proof_file ? { file: row.proof_file, type: row.proof_type ?? '', name: row.proof_name ?? '' } : null,
  findings: row.findings,
  madeAt: row.made_at,
  askedAt: row.asked_at,
  acceptedAt: row.accepted_at,
  hrBy: row.hr_by as StaffId | null,
  hrAt: row.hr_at,
  managerBy: row.manager_by as StaffId | null,
  managerAt: row.manager_at,
  answer: row.answer,
  appliedAt: row.applied_at,
  reversalBy: row.reversal_by as StaffId | null,
  reversalAt: row.reversal_at,
  endedAt: row.ended_at,
  nextAt: row.next_at,
})

/** @throws NotFound */
export async function getSwap(db: Reader, id: SwapId): Promise<Swap> {
  const row = await rows(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return swapOf(row)
}

/** @throws NotFound */
export async function lockSwap(tx: Tx, id: SwapId): Promise<Swap> {
  const row = await rows(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return swapOf(row)
}

/** The people of a swap, locked in the order of their ids. */
export const lockPeople = async (tx: Tx, ids: readonly (StaffId | null)[]): Promise<void> => {
  const all = ids.filter((id) => id !== null)
  await tx.db.selectFrom('staff').select('id').where('id', 'in', all).orderBy('id').forUpdate().execute()
}

/** Shifts locked in the order of their ids: two people who trade the same pair would otherwise wait for each other. */
export const lockShifts = (tx: Tx, ids: readonly (ShiftId | null)[]) =>
  tx.db
    .selectFrom('shifts')
    .select('id')
    .where(
      'id',
      'in',
      ids.filter((id) => id !== null),
    )
    .orderBy('id')
    .forUpdate()
    .execute()

/** Another open swap that has one of these shifts in it. */
export async function findOther(
  db: Reader,
  shiftIds: readonly ShiftId[],
  except: SwapId | null,
): Promise<Swap | undefined> {
  const row = await rows(db)
    .where('state', 'in', [...OPEN_STATES])
    .where('id', '!=', except ?? '0')
    .where(({ or, eb }) => or([eb('shift_id', 'in', [...shiftIds]), eb('back_shift_id', 'in', [...shiftIds])]))
    .limit(1)
    .executeTakeFirst()
  return row && swapOf(row)
}

export async function findDraft(db: Reader, shiftId: ShiftId, requesterId: StaffId): Promise<Swap | undefined> {
  const row = await rows(db)
    .where('shift_id', '=', shiftId)
    .where('requester_id', '=', requesterId)
    .where('state', '=', 'draft')
    .executeTakeFirst()
  return row && swapOf(row)
}

export async function insertDraft(
  tx: Tx,
  swap: { requesterId: StaffId; shiftId: ShiftId; reason: string; nextAt: Date },
): Promise<SwapId | undefined> {
  const row = await tx.db
    .insertInto('swaps')
    .values({
      state: 'draft',
      requester_id: swap.requesterId,
      shift_id: swap.shiftId,
      substitute_id: null,
      back_shift_id: null,
      reason: swap.reason,
      made_at: tx.now,
      next_at: swap.nextAt,
    } as never)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as SwapId | undefined
}

type Change = {
  state?: SwapState
  substitute_id?: StaffId
  back_shift_id?: ShiftId | null
  emergency?: boolean
  reason?: string
  proof_file?: string | null
  proof_type?: string | null
  proof_name?: string | null
  asked_at?: Date
  accepted_at?: Date
  hr_by?: StaffId
  hr_at?: Date
  manager_by?: StaffId
  manager_at?: Date
  answer?: string | null
  applied_at?: Date
  reversal_by?: StaffId | null
  reversal_at?: Date | null
  ended_at?: Date
  next_at?: Date | null
}
export const setSwap = (tx: Tx, id: SwapId, { findings, ...change }: Change & { findings?: readonly SwapFinding[] }) =>
  tx.db
    .updateTable('swaps')
    .set({ ...change, ...(findings ? { findings: JSON.stringify(findings) } : {}), version: sql`version + 1` })
    .where('id', '=', id)
    .execute()

/** Open ones whose time is over, and shifts of which have begun. */
export async function listLapsing(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: SwapId; version: number; at: Date }[]> {
  const found = await db
    .selectFrom('swaps')
    .select(['id', 'version', 'next_at'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
  return found.map((row) => ({ id: row.id as SwapId, version: row.version, at: row.next_at ?? now }))
}

/** A shift changes hands. That nobody stands in two at once is asked when all have. */
export async function giveShifts(tx: Tx, gifts: readonly { id: ShiftId; to: StaffId }[]): Promise<void> {
  await sql`set constraints shifts_no_overlap deferred`.execute(tx.db)
  for (const { id, to } of gifts) await tx.db.updateTable('shifts').set({ staff_id: to }).where('id', '=', id).execute()
  await sql`set constraints shifts_no_overlap immediate`.execute(tx.db)
}

/** Who says yes to a swap has said that they can stand there. */
export const storeConfirmed = (tx: Tx, shiftId: ShiftId, staffId: StaffId) =>
  tx.db
    .updateTable('shift_confirmations')
    .set({
      staff_id: staffId,
      state: 'confirmed',
      answered_at: tx.now,
      answered_by: staffId,
      how: 'person',
      next_at: null,
      cannot_reason: null,
      version: sql`version + 1`,
    })
    .where('shift_id', '=', shiftId)
    .execute()
