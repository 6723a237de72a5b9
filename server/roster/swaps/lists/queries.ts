import { sql } from 'kysely'
import type { Post } from '../../../kernel/capabilities.ts'
import type { ShiftId, StaffId, SwapId } from '../../../kernel/ids.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import type { Reader } from '../../../schema.ts'
import type { SwapFinding, SwapState } from '../rules.ts'

type Named = { readonly id: StaffId; readonly name: string; readonly nameEn: string }
type ShiftLine = {
  readonly id: ShiftId
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
}

/** A swap with everything that a page says of it. */
export type SwapView = {
  readonly id: SwapId
  readonly state: SwapState
  readonly emergency: boolean
  readonly reason: string
  readonly answer: string | null
  readonly findings: readonly SwapFinding[]
  readonly proof: string | null
  readonly requester: Named
  readonly substitute: Named | null
  /** Null where it is not there any more. */
  readonly shift: ShiftLine | null
  readonly back: ShiftLine | null
  readonly trade: boolean
  readonly madeAt: Date
  readonly askedAt: Date | null
  readonly acceptedAt: Date | null
  readonly hr: Named | null
  readonly hrAt: Date | null
  readonly manager: Named | null
  readonly managerAt: Date | null
  readonly appliedAt: Date | null
  readonly reversalBy: StaffId | null
  readonly reversalAt: Date | null
  readonly endedAt: Date | null
  readonly nextAt: Date | null
}

type Which =
  | { readonly id: SwapId }
  | { readonly of: StaffId; readonly limit: number }
  | { readonly review: true }
  | { readonly state: SwapState | null; readonly limit: number }

/** The newest first; those that wait for a decision by the earliest end. */
async function list(db: Reader, which: Which): Promise<SwapView[]> {
  const where =
    'id' in which
      ? sql`w.id = ${which.id}`
      : 'of' in which
        ? sql`${which.of}::bigint in (w.requester_id, w.substitute_id)`
        : 'review' in which
          ? sql`w.state = 'hr_review'`
          : sql`${which.state}::text is null or w.state = ${which.state}`
  const order = 'review' in which ? sql`w.next_at, w.id` : sql`w.id desc`
  const limit = 'limit' in which ? which.limit : 200
  const person = (alias: string) =>
    sql`case when ${sql.ref(`${alias}.id`)} is null then null else jsonb_build_object('id', ${sql.ref(`${alias}.id`)}::text, 'name', ${sql.ref(`${alias}.name`)}, 'nameEn', ${sql.ref(`${alias}.name_en`)}) end`
  const shift = (alias: string) =>
    sql`case when ${sql.ref(`${alias}.id`)} is null then null else jsonb_build_object('id', ${sql.ref(`${alias}.id`)}::text, 'post', ${sql.ref(`${alias}.post`)}, 'night', ${sql.ref(`${alias}.night`)}, 'from', ${sql.ref(`${alias}.starts_at`)}, 'to', ${sql.ref(`${alias}.ends_at`)}) end`
  const { rows } = await sql<Omit<SwapView, 'shift' | 'back'> & { shift: Raw | null; back: Raw | null }>`
    select w.id, w.state, w.emergency, w.reason, w.answer, w.findings, w.proof_name as proof,
      ${person('r')} as requester, ${person('t')} as substitute, ${shift('s')} as shift, ${shift('b')} as back,
      w.back_shift_id is not null as trade, w.made_at as "madeAt", w.asked_at as "askedAt", w.accepted_at as "acceptedAt",
      ${person('h')} as hr, w.hr_at as "hrAt", ${person('m')} as manager, w.manager_at as "managerAt",
      w.applied_at as "appliedAt", w.reversal_by as "reversalBy", w.reversal_at as "reversalAt", w.ended_at as "endedAt", w.next_at as "nextAt"
    from swaps w join staff r on r.id = w.requester_id left join staff t on t.id = w.substitute_id
    left join shifts s on s.id = w.shift_id left join shifts b on b.id = w.back_shift_id
    left join staff h on h.id = w.hr_by left join staff m on m.id = w.manager_by
    where ${where} order by ${order} limit ${limit}`.execute(db)
  return rows.map((row) => ({ ...row, shift: lineOf(row.shift), back: lineOf(row.back) }))
}
type Raw = { id: ShiftId; post: Post; night: string; from: string; to: string }
const lineOf = (raw: Raw | null): ShiftLine | null => raw && { ...raw, from: new Date(raw.from), to: new Date(raw.to) }

/** @throws NotFound */
export async function viewSwap(db: Reader, id: SwapId): Promise<SwapView> {
  const [one] = await list(db, { id })
  if (!one) throw new NotFound()
  return one
}
export const listSwapsOf = (db: Reader, staffId: StaffId, limit: number) => list(db, { of: staffId, limit })
export const listInReview = (db: Reader) => list(db, { review: true })
export const listSwaps = (db: Reader, state: SwapState | null, limit: number) => list(db, { state, limit })

export type Givable = ShiftLine & { readonly staffId: StaffId; readonly kind: 'night' | 'day' }

/** Shifts that may still be given away, of a person, or of a month and of all that are published, without those that are in a swap already. */
export async function listGivable(
  db: Reader,
  which: { readonly of: StaffId } | { readonly around: string },
  { now, limit }: { now: Date; limit: number },
): Promise<Givable[]> {
  const whose =
    'of' in which
      ? sql`s.staff_id = ${which.of}`
      : sql`(to_char(s.night, 'YYYY-MM') = ${which.around} or exists (
          select from roster_months m where m.month = to_char(s.night, 'YYYY-MM') and m.version > 0)
            and exists (select from roster_months m where m.month = ${which.around} and m.version > 0))`
  const { rows } = await sql<Givable>`
    select s.id, s.staff_id as "staffId", s.post, s.night, s.starts_at as "from", s.ends_at as "to", s.kind from shifts s
    where ${whose} and s.starts_at > ${now} and not exists (
      select from swaps w where w.state in ('awaiting_substitute', 'submitted', 'hr_review', 'approved') and s.id in (w.shift_id, w.back_shift_id))
    order by s.starts_at, s.id limit ${limit}`.execute(db)
  return rows
}

/** How many wait for a decision of HR, or in emergencies of a duty manager. */
export async function countInReview(db: Reader): Promise<{ readonly hr: number; readonly manager: number }> {
  const { rows } = await sql<{ hr: string; manager: string }>`
    select count(*) filter (where hr_by is null) as hr, count(*) filter (where emergency and manager_by is null) as manager
    from swaps where state = 'hr_review'`.execute(db)
  return { hr: Number(rows[0]?.hr ?? 0), manager: Number(rows[0]?.manager ?? 0) }
}
