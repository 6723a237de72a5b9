import type { Kept } from '../../customers/privacy/keeping.ts'

/** Beside the callback that it was about. */
export const textsKept: Kept = {
  table: 'customer_texts',
  belongs: { column: 'callback_id', of: 'callbacks', belongs: { ticket: ['ticket_id'] } },
  removed: true,
}
