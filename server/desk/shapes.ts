import { z } from 'zod'
import { clientId, rowId, text } from '../web/forms.ts'

/** The exact shape of everything that a colleague's line may send (protocol.md). */
const MOST_AT_ONCE = 20
/** Conversations that one line may follow. */
export const MOST_WATCHED = 50

/** What a column of ours can count to. */
const count = z.number().int().min(0).max(2_147_483_647)
export const SHAPES = {
  ticket: z.strictObject({ ticketId: rowId }),
  message: z.strictObject({ ticketId: rowId, epoch: count.min(1), clientId, body: text(4000) }),
  typing: z.strictObject({ ticketId: rowId, on: z.boolean(), to: z.enum(['customer', 'colleagues']).optional() }),
  marks: z.strictObject({
    ticketId: rowId,
    delivered: count.optional(),
    read: count.optional(),
  }),
  resume: z.strictObject({
    tickets: z.array(z.strictObject({ id: rowId, after: count })).max(MOST_AT_ONCE),
  }),
}
