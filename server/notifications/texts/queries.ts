import { sql } from 'kysely'
import type { CallbackId, CustomerTextId, PromiseId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { TextState } from './tables.ts'

export type TextRow = {
  id: CustomerTextId
  number: string
  language: Language
  promisedAt: Date
  state: TextState
  attempts: number
  dueAt: Date | null
  pageId: string
}

/** What is promised to a number, in the language of the request that it stands on; undefined where it is not any more. */
export async function promisedTo(
  db: Reader,
  callbackId: CallbackId,
  promiseId: PromiseId,
): Promise<{ number: string; language: Language; promisedAt: Date } | undefined> {
  const { rows } = await sql<{ number: string; language: Language; promisedAt: Date }>`
    select b.number, t.language, b.promised_at as "promisedAt" from callbacks b join tickets t on t.id = b.ticket_id
    where b.id = ${callbackId} and b.promise_id = ${promiseId} and b.promised_at is not null and b.state in ('due', 'claimed')`.execute(
    db,
  )
  return rows[0]
}

export async function insertText(
  tx: Tx,
  text: { callbackId: CallbackId; promiseId: PromiseId; number: string; language: Language; promisedAt: Date },
): Promise<void> {
  await tx.db
    .insertInto('customer_texts')
    .values({
      callback_id: text.callbackId,
      promise_id: text.promiseId,
      number: text.number,
      language: text.language,
      promised_at: text.promisedAt,
      state: 'pending',
      due_at: tx.now,
      made_at: tx.now,
    })
    .onConflict((conflict) => conflict.constraint('customer_texts_once').doNothing())
    .execute()
}

export async function lockText(tx: Tx, id: CustomerTextId): Promise<TextRow | undefined> {
  const row = await tx.db.selectFrom('customer_texts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return (
    row && {
      id,
      number: row.number,
      language: row.language,
      promisedAt: row.promised_at,
      state: row.state,
      attempts: row.attempts,
      dueAt: row.due_at,
      pageId: row.page_id,
    }
  )
}

type Change = {
  state: TextState
  attempts?: number
  due_at: Date | null
  error?: string | null
  settled_at?: Date | null
}
export const setText = (tx: Tx, id: CustomerTextId, change: Change) =>
  tx.db.updateTable('customer_texts').set(change).where('id', '=', id).execute()

export async function listDueTexts(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: string; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('customer_texts')
    .select(['id', 'attempts', 'due_at'])
    .where('due_at', '<=', now)
    .where('state', 'in', ['pending', 'sending'])
    .orderBy('due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id, version: row.attempts, at: row.due_at ?? now }))
}
