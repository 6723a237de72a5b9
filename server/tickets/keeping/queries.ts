import { sql } from 'kysely'
import type { Conversation } from '../../customers/privacy/keeping.ts'
import { ERASED } from '../../kernel/erased.ts'
import type { CustomerId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import { FILE_CODE } from '../files/rules.ts'

/** All of a customer, the newest first. */
export async function conversationsOf(db: Reader, id: CustomerId): Promise<Conversation[]> {
  const { rows } = await sql<Conversation>`
    select id, number, state, created_at as "createdAt", erased_at as "erasedAt",
      case when state in ('closed', 'merged', 'spam') then coalesce(closed_at, last_message_at) end as "endedAt"
    from tickets where customer_id = ${id} order by created_at desc, id desc`.execute(db)
  return rows
}

export async function lockConversations(tx: Tx, id: CustomerId): Promise<void> {
  await sql`select from tickets where customer_id = ${id} order by id for update`.execute(tx.db)
}

export async function customerOfNumber(db: Reader, number: string): Promise<CustomerId | undefined> {
  const row = await db.selectFrom('tickets').select('customer_id').where('number', '=', number).executeTakeFirst()
  return row?.customer_id as CustomerId | undefined
}

export async function hasServed(db: Reader, staffId: string, id: CustomerId): Promise<boolean> {
  const { rows } = await sql<{ served: boolean }>`
    select exists (select from assignments a join tickets t on t.id = a.ticket_id
      where a.staff_id = ${staffId} and t.customer_id = ${id}) as served`.execute(db)
  return rows[0]?.served ?? false
}

/** The first conversation that another feature holds. */
export async function heldAmong(db: Reader, ids: readonly TicketId[]): Promise<string | undefined> {
  const { rows } = await sql<{ number: string }>`
    select t.number from ticket_holds h join tickets t on t.id = h.ticket_id
    where h.ticket_id = any(${[...ids]}::bigint[]) order by h.set_at limit 1`.execute(db)
  return rows[0]?.number
}

/** What a list of columns cannot say: a file is no file any more, and house lines lose the words they quote. */
export async function eraseDetails(tx: Tx, ids: readonly TicketId[]): Promise<void> {
  await sql`
    update messages set code = case when code = ${FILE_CODE} then null else code end,
      details = case when code = ${FILE_CODE} then null else jsonb_set(details, '{words}', to_jsonb(${ERASED}::text)) end
    where ticket_id = any(${[...ids]}::bigint[]) and (code = ${FILE_CODE} or details ? 'words')`.execute(tx.db)
}

/** Deleted after the commit; where that is cut off, the sweep of what no message names finds them. */
export async function noteFilesToDelete(tx: Tx, files: readonly string[]): Promise<void> {
  if (files.length === 0) return
  await sql`insert into incoming_files (file_id, at) select id, ${tx.now} from unnest(${[...files]}::text[]) as id
    on conflict do nothing`.execute(tx.db)
}

/** Ended before, not erased, and nobody holds them. */
const OLD = (before: Date) => sql`t.erased_at is null and t.state in ('closed', 'merged', 'spam')
  and (t.closed_at < ${before} or t.closed_at is null and t.last_message_at < ${before})
  and not exists (select from ticket_holds h join tickets o on o.id = h.ticket_id where o.customer_id = t.customer_id)`

export async function countOld(db: Reader, before: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(distinct t.customer_id) as count from tickets t where ${OLD(before)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

export async function listOld(db: Reader, before: Date, limit: number): Promise<CustomerId[]> {
  const { rows } = await sql<{ id: CustomerId }>`
    select t.customer_id as id from tickets t where ${OLD(before)}
    group by t.customer_id order by min(coalesce(t.closed_at, t.last_message_at)), t.customer_id limit ${limit}`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** Files in conversations that are over. */
const OLD_FILE = (before: Date) => sql`m.code = ${sql.lit(FILE_CODE)} and m.at < ${before}
  and exists (select from tickets t where t.id = m.ticket_id and t.state in ('closed', 'merged', 'spam'))`

export async function countFilesOver(db: Reader, before: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from messages m where ${OLD_FILE(before)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

export async function listFilesOver(db: Reader, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select m.id from messages m where ${OLD_FILE(before)} order by m.at, m.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** The message stays with its number and its time. */
export async function forgetFilesOver(tx: Tx, ids: readonly string[], before: Date): Promise<string[]> {
  const { rows } = await sql<{ file: string }>`
    with old as (
      select m.id, m.details->>'file' as file from messages m
      where m.id = any(${[...ids]}::bigint[]) and ${OLD_FILE(before)} order by m.id for update
    )
    update messages m set body = ${ERASED}, code = null, details = null from old where m.id = old.id returning old.file`.execute(
    tx.db,
  )
  return rows.map(({ file }) => file)
}
