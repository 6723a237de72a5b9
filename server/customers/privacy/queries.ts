import { sql } from 'kysely'
import type { CustomerId, ErasureId, ExportId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Contact } from '../rules.ts'
import type { ErasureReason } from './rules.ts'

/** A customer's row, locked: browsers that would ask anew meanwhile wait. @throws NotFound */
export async function lockCustomer(tx: Tx, id: CustomerId): Promise<{ name: string; erasedAt: Date | null }> {
  await sql`select from visitors where customer_id = ${id} order by id for update`.execute(tx.db)
  const row = await tx.db
    .selectFrom('customers')
    .select(['name', 'erased_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return { name: row.name, erasedAt: row.erased_at }
}

/** By exactly this name or contact, the newest first: whoever asks knows whom they mean. */
export async function findNamed(
  db: Reader,
  { name, contact }: { name: string; contact: Contact | null },
  limit: number,
): Promise<{ id: CustomerId; name: string; createdAt: Date; erasedAt: Date | null }[]> {
  const rows = await db
    .selectFrom('customers as c')
    .select(['c.id', 'c.name', 'c.created_at', 'c.erased_at'])
    .where((is) =>
      is.or([
        is(sql`lower(c.name)`, '=', name.toLowerCase()),
        ...(contact
          ? [
              is.exists(
                is
                  .selectFrom('contacts as x')
                  .select('x.id')
                  .whereRef('x.customer_id', '=', 'c.id')
                  .where('x.kind', '=', contact.kind)
                  .where('x.value', '=', contact.value),
              ),
            ]
          : []),
      ]),
    )
    .orderBy('c.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id as CustomerId,
    name: row.name,
    createdAt: row.created_at,
    erasedAt: row.erased_at,
  }))
}

export async function insertExport(
  tx: Tx,
  made: { customerId: CustomerId; staffId: StaffId; words: string; rows: number; files: number },
): Promise<ExportId> {
  const { id } = await tx.db
    .insertInto('customer_exports')
    .values({
      customer_id: made.customerId,
      staff_id: made.staffId,
      words: made.words,
      at: tx.now,
      rows: made.rows,
      files: made.files,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as ExportId
}

export async function listExports(db: Reader, id: CustomerId) {
  const rows = await db
    .selectFrom('customer_exports as e')
    .innerJoin('staff as s', 's.id', 'e.staff_id')
    .select(['e.at', 'e.words', 'e.rows', 'e.files', 's.name', 's.name_en'])
    .where('e.customer_id', '=', id)
    .orderBy('e.id', 'desc')
    .execute()
  return rows.map(({ name_en, name, ...row }) => ({ ...row, who: { name, nameEn: name_en } }))
}

export type Erasure = {
  readonly id: ErasureId
  readonly state: 'asked' | 'done' | 'withdrawn'
  readonly reason: ErasureReason | 'retention'
  readonly words: string
  readonly askedAt: Date
  readonly askedBy: { readonly name: string; readonly nameEn: string } | null
  readonly endedAt: Date | null
  readonly endedBy: { readonly name: string; readonly nameEn: string } | null
  readonly tickets: number | null
  readonly rows: number | null
  readonly files: number | null
}

/** The newest first. */
export async function listErasures(db: Reader, customerId: CustomerId): Promise<Erasure[]> {
  const rows = await db
    .selectFrom('erasures as e')
    .leftJoin('staff as a', 'a.id', 'e.asked_by')
    .leftJoin('staff as b', 'b.id', 'e.ended_by')
    .select(['e.id', 'e.state', 'e.reason', 'e.words', 'e.asked_at', 'e.ended_at', 'e.tickets', 'e.rows', 'e.files'])
    .select(['a.name as asker', 'a.name_en as asker_en', 'b.name as ender', 'b.name_en as ender_en'])
    .where('e.customer_id', '=', customerId)
    .orderBy('e.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id as ErasureId,
    state: row.state,
    reason: row.reason,
    words: row.words,
    askedAt: row.asked_at,
    askedBy: row.asker ? { name: row.asker, nameEn: row.asker_en ?? '' } : null,
    endedAt: row.ended_at,
    endedBy: row.ender ? { name: row.ender, nameEn: row.ender_en ?? '' } : null,
    tickets: row.tickets,
    rows: row.rows,
    files: row.files,
  }))
}

export async function findAsked(db: Reader, customerId: CustomerId): Promise<ErasureId | undefined> {
  const row = await db
    .selectFrom('erasures')
    .select('id')
    .where('customer_id', '=', customerId)
    .where('state', '=', 'asked')
    .executeTakeFirst()
  return row?.id as ErasureId | undefined
}

export async function insertErasure(
  tx: Tx,
  made: { customerId: CustomerId; reason: ErasureReason | 'retention'; words: string; by: StaffId | null },
): Promise<ErasureId> {
  const { id } = await tx.db
    .insertInto('erasures')
    .values({
      customer_id: made.customerId,
      state: 'asked',
      reason: made.reason,
      words: made.words,
      asked_at: tx.now,
      asked_by: made.by,
      ended_at: null,
      ended_by: null,
      tickets: null,
      rows: null,
      files: null,
      counts: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as ErasureId
}

type End =
  | { readonly state: 'withdrawn' }
  | {
      readonly state: 'done'
      readonly tickets: number
      readonly rows: number
      readonly files: number
      readonly counts: Readonly<Record<string, number>>
    }
export async function endErasure(tx: Tx, id: ErasureId, by: StaffId | null, end: End): Promise<void> {
  await tx.db
    .updateTable('erasures')
    .set({
      state: end.state,
      ended_at: tx.now,
      ended_by: by,
      ...(end.state === 'done'
        ? { tickets: end.tickets, rows: end.rows, files: end.files, counts: JSON.stringify(end.counts) }
        : {}),
    })
    .where('id', '=', id)
    .execute()
}
