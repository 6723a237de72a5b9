import { sql } from 'kysely'
import type { CustomerId, TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'

/** The customer of a conversation, where this address is one of theirs. */
export async function contactIn(db: Reader, id: TicketId, address: string): Promise<CustomerId | undefined> {
  const row = await db
    .selectFrom('tickets as t')
    .innerJoin('contacts as x', 'x.customer_id', 't.customer_id')
    .select('t.customer_id')
    .where('t.id', '=', id)
    .where('t.erased_at', 'is', null)
    .where('x.kind', '=', 'email')
    .where('x.value', '=', address)
    .executeTakeFirst()
  return row?.customer_id as CustomerId | undefined
}

export async function findNumbered(db: Reader, number: string): Promise<TicketId | undefined> {
  const row = await db.selectFrom('tickets').select('id').where('number', '=', number).executeTakeFirst()
  return row?.id as TicketId | undefined
}

export const isColleague = async (db: Reader, address: string): Promise<boolean> =>
  (await db.selectFrom('staff').select('id').where(sql`lower(email)`, '=', address).executeTakeFirst()) !== undefined

/** Whether more than one customer is reached at this address. */
export async function isShared(db: Reader, address: string): Promise<boolean> {
  const rows = await db
    .selectFrom('contacts')
    .select('customer_id')
    .distinct()
    .where('kind', '=', 'email')
    .where('value', '=', address)
    .limit(2)
    .execute()
  return rows.length > 1
}
