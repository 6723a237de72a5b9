import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { recordCustomer } from '../../customers/actions.ts'
import { readContact } from '../../customers/rules.ts'
import { LANGUAGES } from '../../kernel/language.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { clientId, form, optionalText, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { enterTicket } from '../actions.ts'

const FIELDS = {
  name: text(80),
  contact: optionalText(120),
  question: text(4000),
  language: z.enum(LANGUAGES),
  clientId,
}

/** A request that came by phone, in three fields: who, how to reach them, what it is about. */
export const entryRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/entry', staffOnly(deps, 'ticket.enter'), (c) => show(c, deps, {}))
    .post('/entry', staffOnly(deps, 'ticket.enter'), async (c) => {
      const entry = await form(c, FIELDS)
      try {
        const { ticketId } = await deps.transact(c.var.me.actor, async (tx) => {
          const contact = entry.contact.trim() === '' ? null : readContact(entry.contact)
          const customerId = await recordCustomer(tx, { name: entry.name, language: entry.language, contact })
          return enterTicket(tx, {
            customerId,
            language: entry.language,
            categoryId: null,
            question: entry.question,
            clientId: entry.clientId,
          })
        })
        return seeOther(c, `/desk/${ticketId}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed: entry, refused: { [error.field ?? 'form']: error } }, 422)
      }
    })

const show = (c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 422 = 200) =>
  page(c, deps, 'entry/show', { clientId: crypto.randomUUID(), ...values }, status)
