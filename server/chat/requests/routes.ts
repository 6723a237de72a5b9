import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { findVisitor } from '../../customers/queries.ts'
import { branchOf } from '../../i18n/dictionaries.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { Conflict, NotFound, Refusal } from '../../kernel/refusal.ts'
import { visitorActor } from '../../platform/actor.ts'
import { hashOf, isToken } from '../../platform/tokens.ts'
import type { Tx } from '../../schema.ts'
import { writeAsCustomer } from '../../tickets/actions.ts'
import { listMessages } from '../../tickets/messages/queries.ts'
import { RATING_REASONS } from '../../tickets/ratings/rules.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { clientId, form, optionalText, pathId, text } from '../../web/forms.ts'
import { page, seeOther } from '../../web/page.ts'
import { act, type Bearer, bearerOf, ownTicket } from '../access.ts'
import {
  complainAsCustomer,
  confirmAsCustomer,
  endAsCustomer,
  linkForCustomer,
  rate,
  reopenByCustomer,
} from '../actions.ts'
import { browserToken } from '../browser.ts'
import type { ChatGate } from '../gate.ts'
import { showTicket, ticketsOfVisitor } from '../queries.ts'
import { LIMITS } from '../rules.ts'
import { marked } from './talk.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>
type Holder = Extract<Bearer, { kind: 'link' }>

const WHOLE = 10_000
const SCORE = z.enum(['1', '2', '3', '4', '5']).transform(Number)
const RATING = {
  service: SCORE,
  product: SCORE.optional(),
  reasons: z.array(z.enum(RATING_REASONS)).optional(),
  comment: optionalText(LIMITS.commentLetters),
}

/** /requests: what this browser has asked. /requests/<token>: one request, for whoever has its private link. */
export function requestPages(deps: Deps, gate: ChatGate) {
  const press = (what: (tx: Tx, id: TicketId) => Promise<unknown>) => async (c: Ctx) => {
    await form(c, {})
    return acting(c, deps, {}, what)
  }
  return new Hono<Env>()
    .use(gate.pace)
    .get('/', (c) => showList(c, deps))
    .post('/:id{[0-9]+}/link', async (c) => {
      await form(c, {})
      const visitor = await findVisitor(deps.db, hashOf(browserToken(c, deps.secret)), deps.clock.now())
      if (!visitor) throw new NotFound()
      const actor = visitorActor(visitor.id, visitor.customerId)
      const link = await deps.transact(actor, (tx) => linkForCustomer(tx, pathId<TicketId>(c)))
      return seeOther(c, `/requests/${link}`)
    })
    .get('/:token', async (c) => showRequest(c, deps, await holderOf(c, deps), {}))
    .post('/:token/messages', async (c) => {
      const word = await form(c, { clientId, body: text(LIMITS.messageLetters) })
      return acting(c, deps, { message: word }, (tx, id) => writeAsCustomer(tx, id, word))
    })
    .post('/:token/complaint', press(complainAsCustomer))
    .post('/:token/reopening', press(reopenByCustomer))
    .post('/:token/ending', press(endAsCustomer))
    .post('/:token/confirmation', press(confirmAsCustomer))
    .post('/:token/rating', async (c) => {
      const { product = null, reasons = [], ...given } = await form(c, RATING)
      const typed = { rating: { ...given, product, reasons } }
      return acting(c, deps, typed, (tx, id) => rate(tx, id, { ...given, product, reasons, source: 'request' }))
    })
}

async function acting(
  c: Ctx,
  deps: Deps,
  typed: Values,
  what: (tx: Tx, id: TicketId) => Promise<unknown>,
): Promise<Response> {
  const holder = await holderOf(c, deps)
  try {
    await act(deps, holder, (tx) => what(tx, holder.ticketId))
    return seeOther(c, `/requests/${c.req.param('token')}`)
  } catch (error) {
    if (error instanceof Refusal) return showRequest(c, deps, holder, { typed, refused: error }, 422)
    if (error instanceof Conflict) return showRequest(c, deps, holder, { typed, conflict: error.code }, 409)
    throw error
  }
}

/** Made up, foreign, over: the same page that any missing address gets. */
async function holderOf(c: Ctx, { db, clock }: Deps): Promise<Holder> {
  const token = c.req.param('token')
  const bearer = isToken(token) ? await bearerOf(db, token, clock.now()) : undefined
  if (bearer?.kind !== 'link') throw new NotFound()
  return bearer
}

async function showRequest(
  c: Ctx,
  deps: Deps,
  holder: Holder,
  values: Values,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { db, clock, config } = deps
  const { language } = c.var
  const view = await ownTicket(db, holder, holder.ticketId)
  const [ticket, messages] = await Promise.all([
    showTicket(db, view, clock.now()),
    listMessages(db, holder.ticketId, 0, WHOLE),
  ])
  const shown = {
    ticket,
    category: view.category?.name,
    talk: marked(messages, ticket.marks, config.timeZone),
    base: `/requests/${c.req.param('token')}`,
    link: c.req.param('token'),
    clientId: crypto.randomUUID(),
    reasons: RATING_REASONS,
    limits: LIMITS,
    private: true,
    words: {
      ...branchOf(language, 'chat.live'),
      house: branchOf(language, 'conversation.house'),
      states: branchOf(language, 'requests.title'),
      errors: branchOf(language, 'errors'),
    },
  }
  return page(c, deps, 'requests/show', { ...shown, ...values }, status)
}

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const visitor = await findVisitor(deps.db, hashOf(browserToken(c, deps.secret)), deps.clock.now())
  const tickets = visitor ? await ticketsOfVisitor(deps.db, visitor.id, LIMITS.ticketsAtOnce) : []
  const words = branchOf(c.var.language, 'chat.live')
  return page(c, deps, 'requests/list', { tickets, words, private: true })
}
