import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { welcomeAgain } from '../customers/actions.ts'
import type { CategoryId } from '../kernel/ids.ts'
import { Conflict, Refusal } from '../kernel/refusal.ts'
import { system, visitorActor } from '../platform/actor.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { facade } from '../web/facade.ts'
import { clientId, form, rowId, text } from '../web/forms.ts'
import { page, seeOther } from '../web/page.ts'
import { ChatOpen } from './access.ts'
import { askQuestion, linkForCustomer } from './actions.ts'
import { browserToken } from './browser.ts'
import { frontOf } from './front.ts'
import { gateOf } from './gate.ts'
import { requestPages } from './requests/routes.ts'
import { LIMITS } from './rules.ts'
import { widgetPages } from './widget/routes.ts'

type Values = Record<string, unknown>

const ASKED = {
  clientId,
  termsVersion: z.coerce.number().int().min(0),
  terms: z.literal('accepted').optional(),
  name: text(LIMITS.nameLetters),
  contact: text(LIMITS.contactLetters),
  topic: z.union([rowId, z.literal('')]),
  question: text(LIMITS.questionLetters),
}

/** The customers' front door: the help page with its form, private request pages, the widget. All of it works without JavaScript. */
export function chatRoutes(deps: Deps) {
  const gate = gateOf(deps)
  return new Hono<Env>()
    .get('/', (c) => showHelp(c, deps, {}))
    .post('/', gate.pace, gate.newcomers, (c) => ask(c, deps))
    .route('/requests', requestPages(deps, gate))
    .route('/widget', widgetPages(deps))
}

/**
 * A question from the form. The visitor is the browser that got the form, so that two presses of one button make one
 * request; the answer is its private page.
 */
async function ask(c: Context<Env>, deps: Deps): Promise<Response> {
  const { terms, topic, ...typed } = await form(c, ASKED)
  const { language } = c.var
  const again = (values: Values, status: 409 | 422) =>
    showHelp(c, deps, { typed: { ...typed, topic, terms }, ...values }, status)
  if (!terms) return again({ refused: { terms: new Refusal('chat.terms_needed') } }, 422)
  const token = browserToken(c, deps.secret)
  try {
    const { visitorId, customerId } = await deps.transact(system, (tx) => welcomeAgain(tx, { token, language }))
    const question = { ...typed, language, topicId: topic === '' ? null : (topic as CategoryId), page: null }
    const { linkToken } = await deps.transact(visitorActor(visitorId, customerId), (tx) =>
      askQuestion(tx, { ...question, channel: 'web' }, deps.config.timeZone),
    )
    return seeOther(c, `/requests/${linkToken}`)
  } catch (error) {
    if (error instanceof Refusal) return again({ refused: { [error.field ?? 'form']: error } }, 422)
    if (error instanceof ChatOpen && error.ticketId) return leadToOpen(c, deps, token, error.ticketId, again)
    if (error instanceof Conflict) return again({ conflict: error.code }, 409)
    throw error
  }
}

/** Another request of this browser is open: its page is a press away, and what was typed is kept. */
async function leadToOpen(
  c: Context<Env>,
  deps: Deps,
  token: string,
  ticketId: NonNullable<ChatOpen['ticketId']>,
  again: (values: Values, status: 409) => Promise<Response>,
): Promise<Response> {
  const { visitorId, customerId } = await deps.transact(system, (tx) =>
    welcomeAgain(tx, { token, language: c.var.language }),
  )
  const link = await deps.transact(visitorActor(visitorId, customerId), (tx) => linkForCustomer(tx, ticketId))
  return again({ conflict: 'chat_open', openRequest: `/requests/${link}` }, 409)
}

async function showHelp(c: Context<Env>, deps: Deps, values: Values, status: 200 | 409 | 422 = 200): Promise<Response> {
  const front = await frontOf(c, deps)
  return page(c, deps, 'chat/help', { ...front, facade: facade(16, 15, front.awake), ...values }, status)
}
