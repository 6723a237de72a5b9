import type { Generated } from 'kysely'

export type CustomerTextTables = {
  /** By which short message a customer was told when we call: one a promise, ever. */
  customer_texts: {
    id: Generated<string>
    callback_id: string
    promise_id: string
    mail_id: string | null
    made_at: Date
  }
}
