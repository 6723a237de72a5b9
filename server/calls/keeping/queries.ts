import { sql } from 'kysely'
import { ERASED } from '../../kernel/erased.ts'
import type { CustomerId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Which file it was goes with the words. */
export const emptyRecordings = (tx: Tx, ticketIds: readonly TicketId[]) =>
  sql`
    update call_recordings set file = null, name = null, state = 'over', due_at = null
    where call_id in (select id from calls where ticket_id = any(${[...ticketIds]}::bigint[]))`.execute(tx.db)

/** Calls of numbers that this customer alone gave, also those that nobody wrote down; returns the files of their recordings. */
export async function forgetNumbersOf(tx: Tx, customerId: CustomerId): Promise<string[]> {
  const { rows: own } = await sql<{ number: string }>`
    select x.value as number from contacts x where x.customer_id = ${customerId} and x.kind = 'phone'
      and not exists (select from contacts o where o.kind = 'phone' and o.value = x.value and o.customer_id <> ${customerId})`.execute(
    tx.db,
  )
  if (own.length === 0) return []
  const numbers = own.map(({ number }) => number)
  const { rows: calls } = await sql<{ id: string }>`
    select id from calls where number = any(${numbers}::text[]) for update`.execute(tx.db)
  const { rows: files } = await sql<{ file: string }>`
    select file ->> 'file' as file from call_recordings where call_id = any(${calls.map(({ id }) => id)}::bigint[]) and file is not null`.execute(
    tx.db,
  )
  await forget(
    tx,
    calls.map(({ id }) => id),
  )
  await sql`
    update outgoing_mails set recipient = null, text = ${ERASED}, link = null
    where channel = 'sms' and recipient = any(${numbers}::text[])`.execute(tx.db)
  await sql`update callback_attempts set words = ${ERASED} where words <> ''
    and callback_id in (select id from callbacks where number = any(${numbers}::text[]))`.execute(tx.db)
  await sql`update callbacks set number = ${ERASED}, words = case when words is null then null else ${ERASED} end
    where number = any(${numbers}::text[]) and ended_at is not null`.execute(tx.db)
  return files.map(({ file }) => file)
}

async function forget(tx: Tx, ids: readonly string[]): Promise<number> {
  const which = sql`any(${[...ids]}::bigint[])`
  await sql`delete from call_events where call_id = ${which}`.execute(tx.db)
  await sql`update call_recordings set file = null, name = null, url = '', state = 'over', due_at = null where call_id = ${which}`.execute(
    tx.db,
  )
  const { numAffectedRows } = await sql`
    update calls set number = null, called = null, answered_user = null, queue = null,
      note = case when note = '' then '' else ${ERASED} end where id = ${which}`.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

/** Over for so long, and somebody can still be told by them. */
const OLD = (before: Date) =>
  sql`k.began_at < ${before} and k.state not in ('ringing', 'answered') and k.number is not null`

export async function countCallsOver(db: Reader, before: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) as count from calls k where ${OLD(before)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

export async function listCallsOver(db: Reader, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select k.id from calls k where ${OLD(before)} order by k.began_at, k.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

export async function forgetCalls(tx: Tx, ids: readonly string[], before: Date): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select k.id from calls k where k.id = any(${[...ids]}::bigint[]) and ${OLD(before)} for update`.execute(tx.db)
  return forget(
    tx,
    rows.map(({ id }) => id),
  )
}
