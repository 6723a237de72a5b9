import { sql } from 'kysely'
import type { CallbackId, CustomerId, CustomerTextId, MailId, PromiseId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Promised = {
  readonly number: string
  readonly language: Language
  readonly promisedAt: Date
  readonly customerId: CustomerId
  readonly ticketId: TicketId
}

/** What is promised to a number, in the language of the request that it stands on; undefined where it is not any more. */
export async function promisedTo(
  db: Reader,
  callbackId: CallbackId,
  promiseId: PromiseId,
): Promise<Promised | undefined> {
  const { rows } = await sql<Promised>`
    select b.number, t.language, b.promised_at as "promisedAt", t.customer_id as "customerId", t.id as "ticketId"
    from callbacks b join tickets t on t.id = b.ticket_id
    where b.id = ${callbackId} and b.promise_id = ${promiseId} and b.promised_at is not null and b.state in ('due', 'claimed')`.execute(
    db,
  )
  return rows[0]
}

/** Once a promise. */
export const insertTelling = (tx: Tx, { callbackId, promiseId }: { callbackId: CallbackId; promiseId: PromiseId }) =>
  tx.db
    .insertInto('customer_texts')
    .values({ callback_id: callbackId, promise_id: promiseId, mail_id: null, made_at: tx.now })
    .onConflict((conflict) => conflict.constraint('customer_texts_once').doNothing())
    .execute()

/** Promises that nobody was told of yet. */
export async function listToTell(db: Reader, _now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('customer_texts')
    .select('id')
    .where('mail_id', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ id, version: 0 }))
}

type Telling = { callbackId: CallbackId; promiseId: PromiseId; mailId: MailId | null }
export async function lockTelling(tx: Tx, id: CustomerTextId): Promise<Telling | undefined> {
  const row = await tx.db.selectFrom('customer_texts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return (
    row && {
      callbackId: row.callback_id as CallbackId,
      promiseId: row.promise_id as PromiseId,
      mailId: row.mail_id as MailId | null,
    }
  )
}

export const setTelling = (tx: Tx, id: CustomerTextId, mailId: MailId) =>
  tx.db.updateTable('customer_texts').set({ mail_id: mailId }).where('id', '=', id).execute()

export const dropTelling = async (tx: Tx, id: CustomerTextId): Promise<void> =>
  void (await tx.db.deleteFrom('customer_texts').where('id', '=', id).execute())

/** The promise that this message tells of was kept, moved or dropped meanwhile. */
export async function isTold(db: Reader, id: MailId): Promise<boolean> {
  const { rows } = await sql`
    select from customer_texts x join promises p on p.id = x.promise_id where x.mail_id = ${id} and p.state <> 'open'`.execute(
    db,
  )
  return rows.length > 0
}
