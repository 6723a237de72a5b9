import { z } from 'zod'
import type { CustomerId, TicketId } from '../kernel/ids.ts'
import { LANGUAGES } from '../kernel/language.ts'
import { refusal } from '../kernel/refusal.ts'
import type { Reader } from '../schema.ts'
import { clientId, optionalText, rowId } from '../web/forms.ts'
import type { Target } from './wrapping/filing.ts'
import { ticketNumbered } from './wrapping/queries.ts'

/** The fields of a form that files a call or a callback. `into`: `new`, `ticket:7`, or `number` with a number that is typed. */
export const TARGET = {
  into: z.string().regex(/^(new|number|none|ticket:[1-9]\d{0,17})$/),
  who: z.union([rowId, z.literal('')]).optional(),
  name: optionalText(80).optional(),
  language: z.enum(LANGUAGES).optional(),
  question: optionalText(4000).optional(),
  ticket: optionalText(40).optional(),
  clientId,
}
type Typed = z.infer<z.ZodObject<typeof TARGET>>

/** Where it is to go; null for nowhere. @throws Refusal calls.no_such_ticket */
export async function targetOf(db: Reader, typed: Typed): Promise<Target | null> {
  const { into, who = '', name = '', language = 'zh-CN', question = '', ticket = '', clientId: client } = typed
  if (into === 'none') return null
  if (into === 'new') {
    const customerId = (who || null) as CustomerId | null
    return { kind: 'new', customerId, name: name.trim(), language, question, clientId: client }
  }
  if (into.startsWith('ticket:'))
    return { kind: 'ticket', ticketId: into.slice('ticket:'.length) as TicketId, clientId: client }
  const found = await ticketNumbered(db, ticket)
  if (!found) throw refusal('calls.no_such_ticket', {}, 'ticket')
  return { kind: 'ticket', ticketId: found, clientId: client }
}
