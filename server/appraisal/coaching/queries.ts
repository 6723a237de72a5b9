import type { AppraisalId, CoachingId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Indicator } from '../scoring/weights/rules.ts'

export type CoachingRow = {
  readonly id: CoachingId
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly indicator: Indicator | null
  readonly words: string
  readonly state: 'requested' | 'scheduled' | 'declined'
  readonly askedAt: Date
  readonly dueAt: Date
  readonly answer: string
  readonly answeredAt: Date | null
}

const rows = (db: Reader) =>
  db
    .selectFrom('coaching_requests as c')
    .innerJoin('staff as p', 'p.id', 'c.staff_id')
    .selectAll('c')
    .select(['p.name', 'p.name_en'])
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const coachingOf = (row: Row): CoachingRow => ({
  id: row.id as CoachingId,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  indicator: row.indicator,
  words: row.words,
  state: row.state,
  askedAt: row.asked_at,
  dueAt: row.due_at,
  answer: row.answer,
  answeredAt: row.answered_at,
})

type Whose = { readonly of: StaffId | null; readonly except: StaffId | null }
const whose = (db: Reader, { of, except }: Whose) =>
  rows(db)
    .$if(of !== null, (q) => q.where('c.staff_id', '=', of ?? '0'))
    .$if(except !== null, (q) => q.where('c.staff_id', '<>', except ?? '0'))
    .orderBy('c.id', 'desc')

/** Those that wait for an answer: one a person at most, so all of them. */
export const listAsked = async (db: Reader, who: Whose): Promise<CoachingRow[]> =>
  (await whose(db, who).where('c.state', '=', 'requested').execute()).map(coachingOf)

/** Those that were answered, the newest on top; `before`: the last of the page before. */
export const listAnswered = async (
  db: Reader,
  who: Whose,
  { before, limit }: { before: CoachingId | null; limit: number },
): Promise<CoachingRow[]> =>
  (
    await whose(db, who)
      .where('c.state', '<>', 'requested')
      .$if(before !== null, (q) => q.where('c.id', '<', before ?? '0'))
      .limit(limit)
      .execute()
  ).map(coachingOf)

/** @throws NotFound */
export async function lockCoaching(tx: Tx, id: CoachingId): Promise<CoachingRow> {
  await tx.db.selectFrom('coaching_requests').select('id').where('id', '=', id).forUpdate().execute()
  const row = await rows(tx.db).where('c.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return coachingOf(row)
}

/** Undefined where one of theirs is open. */
export async function insertCoaching(
  tx: Tx,
  row: {
    staffId: StaffId
    appraisalId: AppraisalId | null
    indicator: Indicator | null
    words: string
    dueAt: Date
  },
): Promise<CoachingId | undefined> {
  const made = await tx.db
    .insertInto('coaching_requests')
    .values({
      staff_id: row.staffId,
      appraisal_id: row.appraisalId,
      indicator: row.indicator,
      words: row.words,
      state: 'requested',
      asked_at: tx.now,
      due_at: row.dueAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return made?.id as CoachingId | undefined
}

export const setAnswer = (
  tx: Tx,
  id: CoachingId,
  { state, answer, by }: { state: 'scheduled' | 'declined'; answer: string; by: StaffId },
) =>
  tx.db
    .updateTable('coaching_requests')
    .set({ state, answer, answered_by: by, answered_at: tx.now })
    .where('id', '=', id)
    .execute()
