import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { recordCustomer } from '../../customers/actions.ts'
import { readContact } from '../../customers/rules.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { LANGUAGES } from '../../kernel/language.ts'
import { Conflict, Refusal, refusal } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import type { Tx } from '../../schema.ts'
import { answerOf } from '../../web/answers.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { clientId, form, optionalText, text, typedIn } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { enterTicket } from '../actions.ts'
import { findEntered } from './queries.ts'

type Entry = z.infer<z.ZodObject<typeof FIELDS>>
const FIELDS = {
  name: text(80),
  contact: optionalText(120),
  question: text(4000),
  language: z.enum(LANGUAGES),
  clientId,
}

/** A request that came by phone, in three fields: who, how to reach them, what it is about. Sent twice it is one. */
export const entryRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/entry', staffOnly(deps, 'ticket.enter'), (c) => show(c, deps, {}))
    .post('/entry', staffOnly(deps, 'ticket.enter'), async (c) => {
      try {
        const entry = await form(c, FIELDS)
        const ticketId = await deps.transact(c.var.me.actor, (tx) => enter(tx, entry))
        return seeOther(c, `/desk/${ticketId}`)
      } catch (error) {
        const { status, field = 'form' } = answerOf(error)
        if (status !== 422 && !(status === 400 && FILLED_IN.has(field))) throw error
        const refused = error instanceof Refusal ? error : refusal('tickets.entry_field', {}, field)
        return show(c, deps, { typed: typedIn(c), refused: { [field]: refused } }, status)
      }
    })

async function enter(tx: Tx, entry: Entry): Promise<TicketId> {
  const before = await findEntered(tx, staffOf(tx), entry.clientId)
  if (before && before.question !== entry.question) throw new Conflict('client_id_reused')
  if (before) return before.ticketId
  const contact = entry.contact.trim() === '' ? null : readContact(entry.contact)
  const customerId = await recordCustomer(tx, { name: entry.name, language: entry.language, contact })
  const { language, question, clientId } = entry
  return (await enterTicket(tx, { customerId, language, categoryId: null, question, clientId })).ticketId
}

/** Fields that people fill in: what is wrong with one is said under it, and everything stays. */
const FILLED_IN: ReadonlySet<string> = new Set(['name', 'contact', 'question'])

const show = (c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 400 | 422 = 200) =>
  page(c, deps, 'entry/show', { clientId: crypto.randomUUID(), ...values }, status)
