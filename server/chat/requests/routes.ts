import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { TicketId } from '../../kernel/ids.ts'
import { NotFound, Refusal, refusal } from '../../kernel/refusal.ts'
import { visitorActor } from '../../platform/actor.ts'
import { isToken } from '../../platform/tokens.ts'
import type { Tx } from '../../schema.ts'
import { writeAsCustomer } from '../../tickets/actions.ts'
import { answerFile, sentFile } from '../../tickets/files/answers.ts'
import { listMessages } from '../../tickets/messages/queries.ts'
import { askCode, proveNumber } from '../../tickets/proofs/actions.ts'
import { type CanText, proofOf } from '../../tickets/proofs/queries.ts'
import { RATING_REASONS } from '../../tickets/ratings/rules.ts'
import { askTranscript } from '../../tickets/transcripts/actions.ts'
import { LANGUAGE_COOKIE, readCookie } from '../../web/cookies.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { clientId, form, optionalText, pathId, query, text } from '../../web/forms.ts'
import { page, seeOther } from '../../web/page.ts'
import { act, type Bearer, bearerOf, ownTicket, sendAsCustomer } from '../access.ts'
import {
  complainAsCustomer,
  confirmAsCustomer,
  endAsCustomer,
  linkForCustomer,
  rate,
  reopenByCustomer,
} from '../actions.ts'
import { type Again, fieldsOf, troubleOf } from '../again.ts'
import { visitorsOf } from '../browser.ts'
import { appealAs, emergencyPhone } from '../conduct/notices.ts'
import { lines } from '../conduct/routes.ts'
import { worded } from '../conduct/words.ts'
import { scriptWords } from '../front.ts'
import type { ChatGate } from '../gate.ts'
import { showTicket, ticketsOfVisitor } from '../queries.ts'
import { LIMITS } from '../rules.ts'
import { PROOF } from '../shapes.ts'
import { noteShown } from '../visits/queries.ts'
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
export function requestPages(deps: Deps, gate: ChatGate, canText: CanText) {
  const press = (what: (tx: Tx, id: TicketId) => Promise<unknown>) => async (c: Ctx) => {
    await form(c, {})
    return acting(c, deps, what)
  }
  return new Hono<Env>()
    .use(gate.pace)
    .get('/', (c) => showList(c, deps))
    .post('/:id{[0-9]+}/link', async (c) => {
      await form(c, {})
      return seeOther(c, `/requests/${await linkOf(c, deps, pathId<TicketId>(c))}`)
    })
    .get('/:token', async (c) => {
      const { asked } = query(c, { asked: z.literal('transcript').optional() })
      return showRequest(c, deps, canText, { transcriptAsked: asked === 'transcript' })
    })
    .post('/:token/messages', async (c) => {
      const word = await form(c, { clientId, body: text(LIMITS.messageLetters) })
      return acting(c, deps, (tx, id) => writeAsCustomer(tx, id, word))
    })
    .post('/:token/files', async (c) => {
      const holder = await holderOf(c, deps)
      const sent = await sentFile(c)
      await sendAsCustomer(deps, holder, holder.ticketId, sent)
      return seeOther(c, `/requests/${tokenIn(c)}`)
    })
    .get('/:token/files/:seq', async (c) => answerFile(c, deps, (await holderOf(c, deps)).ticketId))
    .post('/:token/appeal', async (c) => {
      const { appeal } = await form(c, { appeal: text(LIMITS.appealLetters) })
      await appealAs(deps, await holderOf(c, deps), lines(appeal))
      return seeOther(c, `/requests/${tokenIn(c)}`)
    })
    .post('/:token/complaint', press(complainAsCustomer))
    .post('/:token/reopening', press(reopenByCustomer))
    .post('/:token/ending', press(endAsCustomer))
    .post('/:token/confirmation', press(confirmAsCustomer))
    .post('/:token/transcript', async (c) => {
      await form(c, {})
      const holder = await holderOf(c, deps)
      await act(deps, holder, (tx) => askTranscript(tx, holder.ticketId))
      return seeOther(c, `/requests/${tokenIn(c)}?asked=transcript`)
    })
    .post('/:token/number/code', async (c) => {
      await form(c, {})
      const can = await canText(deps.db)
      return acting(c, deps, (tx, id) => askCode(tx, id, can))
    })
    .post('/:token/number/proof', async (c) => {
      const typed = await form(c, PROOF)
      const holder = await holderOf(c, deps)
      const { secret } = deps
      if (!(await act(deps, holder, (tx) => proveNumber(tx, holder.ticketId, { ...typed, secret }))))
        throw refusal('customers.code_wrong', {}, 'code')
      return seeOther(c, `/requests/${tokenIn(c)}`)
    })
    .post('/:token/rating', async (c) => {
      const { product = null, reasons = [], ...given } = await form(c, RATING)
      return acting(c, deps, (tx, id) => rate(tx, id, { ...given, product, reasons, source: 'request' }))
    })
}

async function acting(c: Ctx, deps: Deps, what: (tx: Tx, id: TicketId) => Promise<unknown>): Promise<Response> {
  const holder = await holderOf(c, deps)
  await act(deps, holder, (tx) => what(tx, holder.ticketId))
  return seeOther(c, `/requests/${c.req.param('token')}`)
}

/** Made up, foreign, over: the same page that any missing address gets. Read in the language the question was asked in, unless the reader chose one. */
async function holderOf(c: Ctx, { db, clock }: Deps): Promise<Holder> {
  const token = tokenIn(c)
  const bearer = isToken(token) ? await bearerOf(db, token, clock.now()) : undefined
  if (bearer?.kind !== 'link') throw new NotFound()
  if (!readCookie(c, LANGUAGE_COOKIE)) c.set('language', bearer.language)
  return bearer
}

// Also where the error came before the route was found.
const tokenIn = ({ req }: Ctx): string => req.path.split('/')[2] ?? ''

/** The page once more, with what was typed into the form that did not go through. */
export async function showRequestAgain(c: Ctx, deps: Deps, canText: CanText, again: Again): Promise<Response> {
  await holderOf(c, deps)
  const { error, answer, typed } = again
  const isRating = c.req.path.endsWith('/rating')
  const isAppeal = c.req.path.endsWith('/appeal')
  const isNumber = c.req.path.includes('/number/')
  const message = fieldsOf(typed)
  if (answer.code === 'client_id_reused' || !clientId.safeParse(message.clientId).success) delete message.clientId
  const rating = { ...fieldsOf(typed), reasons: typed.getAll('reasons') }
  return showRequest(
    c,
    deps,
    canText,
    {
      typed: isNumber
        ? { number: fieldsOf(typed) }
        : isAppeal
          ? { appeal: fieldsOf(typed) }
          : isRating
            ? { rating }
            : { message },
      trouble: troubleOf(c, again),
      refused: error instanceof Refusal ? error : undefined,
    },
    answer.status,
  )
}

async function showRequest(
  c: Ctx,
  deps: Deps,
  canText: CanText,
  values: Values,
  status: Parameters<typeof page>[4] = 200,
): Promise<Response> {
  const { db, clock, config } = deps
  const holder = await holderOf(c, deps)
  const { language } = c.var
  const view = await ownTicket(db, holder, holder.ticketId)
  const can = await canText(db)
  const [ticket, messages, phone, proof] = await Promise.all([
    showTicket(db, view, clock.now()),
    listMessages(db, holder.ticketId, 0, WHOLE),
    emergencyPhone(db),
    proofOf(db, view.customer_id, { now: clock.now(), canText: can }),
  ])
  const shown = {
    ticket,
    notice: worded(ticket.notice, language, config.timeZone),
    phone,
    proof,
    appealAt: `/requests/${tokenIn(c)}/appeal`,
    category: view.category?.name,
    talk: marked(messages, ticket.marks, config.timeZone),
    base: `/requests/${tokenIn(c)}`,
    link: tokenIn(c),
    clientId: crypto.randomUUID(),
    fileId: crypto.randomUUID(),
    ratingReasons: RATING_REASONS,
    limits: LIMITS,
    private: true,
    words: scriptWords(language),
  }
  // Link scanners of mail programs do not say that somebody went there.
  if (c.req.header('sec-fetch-mode') === 'navigate') await noteShown(db, holder.ticketId, view.last_seq, clock.now())
  return page(c, deps, 'requests/show', { ...shown, ...values }, status)
}

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const visitors = await visitorsOf(c, deps)
  const lists = await Promise.all(visitors.map(({ id }) => ticketsOfVisitor(deps.db, id, LIMITS.ticketsAtOnce)))
  return page(c, deps, 'requests/list', { tickets: lists.flat(), private: true })
}

/** One more link to a request of this browser. @throws NotFound for anybody else's */
async function linkOf(c: Ctx, deps: Deps, id: TicketId): Promise<string> {
  for (const visitor of await visitorsOf(c, deps)) {
    const own = await ticketsOfVisitor(deps.db, visitor.id, LIMITS.ticketsAtOnce)
    if (own.some((ticket) => ticket.id === id))
      return deps.transact(visitorActor(visitor.id, visitor.customerId), (tx) => linkForCustomer(tx, id))
  }
  throw new NotFound()
}
