import { type Context, Hono } from 'hono'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { orErased } from '../../i18n/erased.ts'
import type { CategoryId, TicketId } from '../../kernel/ids.ts'
import { refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import { answerFile, sentFile } from '../../tickets/files/answers.ts'
import { listMessages } from '../../tickets/messages/queries.ts'
import { fitting, withWords } from '../../tickets/messages/rules.ts'
import { askCode, proveNumber } from '../../tickets/proofs/actions.ts'
import { type CanText, proofOf } from '../../tickets/proofs/queries.ts'
import { askTranscript } from '../../tickets/transcripts/actions.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { json, pathId, query } from '../../web/forms.ts'
import { act, ownTicket, say, sendAsCustomer } from '../access.ts'
import {
  askQuestion,
  complainAsCustomer,
  confirmAsCustomer,
  endAsCustomer,
  linkForCustomer,
  markAsCustomer,
  rate,
  reopenByCustomer,
} from '../actions.ts'
import { hearUrgent } from '../conduct/actions.ts'
import { worded } from '../conduct/words.ts'
import type { ChatGate } from '../gate.ts'
import { type CustomerTicket, customerRating, showTicket, type TicketFacts, ticketsOfVisitor } from '../queries.ts'
import { noteRange, rangeHere } from '../ranges.ts'
import { welcomeToRoom } from '../rooms.ts'
import { LIMITS } from '../rules.ts'
import { AFTER, MARKS, MESSAGE, marksIn, PROOF, QUESTION, RATING } from '../shapes.ts'
import { sawCustomers } from '../visits/watch.ts'

type Ctx = Context<Env>

/** /api/v1/tickets: what a bearer asked, says and decides. */
export function requestRoutes(deps: Deps, gate: ChatGate, canText: CanText) {
  const shown = async (c: Ctx, id: TicketId, opened: TicketFacts | null = null) => {
    const facts = opened ?? (await ownTicket(deps.db, c.var.bearer, id))
    const ticket = await showTicket(deps.db, facts, deps.clock.now())
    const { language } = c.var
    const t = wordsOf(language)
    const notice = worded(ticket.notice, language, deps.config.timeZone)
    return {
      ...ticket,
      notice,
      subject: orErased(t, ticket.subject),
      stateWords: t(`conversation.state.${ticket.state}`),
    }
  }
  const linkTo = (token: string): string => `${deps.config.publicUrl}/requests/${token}`
  const acting = <T>(c: Ctx, what: (tx: Tx) => Promise<T>): Promise<T> => act(deps, c.var.bearer, what)
  const numberOf = async (c: Ctx, id: TicketId) => {
    const { customer_id } = await ownTicket(deps.db, c.var.bearer, id)
    return { number: await proofOf(deps.db, customer_id, { now: deps.clock.now(), canText: await canText(deps.db) }) }
  }
  /** A button: nothing to send, and pressed twice is once. Answers with the request as it is then. */
  const press = (what: (tx: Tx, id: TicketId) => Promise<unknown>) => async (c: Ctx) => {
    await nothing(c)
    const id = pathId<TicketId>(c)
    await acting(c, (tx) => what(tx, id))
    return c.json(await shown(c, id))
  }

  return new Hono<Env>()
    .get('/:id/messages', async (c) => {
      const { after, limit } = query(c, AFTER)
      const { id, last_seq: lastSeq } = await ownTicket(deps.db, c.var.bearer, pathId<TicketId>(c))
      const messages = fitting(await listMessages(deps.db, id, after, limit))
      sawCustomers(deps, [id])
      const t = wordsOf(c.var.language)
      return c.json({ messages: messages.map((one) => withWords(one, (words) => orErased(t, words))), lastSeq })
    })
    .use(gate.plain)
    .get('/:id/files/:seq', async (c) => {
      const { id } = await ownTicket(deps.db, c.var.bearer, pathId<TicketId>(c))
      return answerFile(c, deps, id)
    })
    .post('/:id/files', async (c) => {
      const sent = await sentFile(c)
      const { id } = await ownTicket(deps.db, c.var.bearer, pathId<TicketId>(c))
      await noteRange(deps, c.var.bearer, rangeHere(c, deps))
      const { at, repeated, ...accepted } = await sendAsCustomer(deps, c.var.bearer, id, sent)
      return c.json({ ...accepted, at: at.toISOString() }, repeated ? 200 : 201)
    })
    .post('/', gate.calm, gate.questions, gate.ofRange, async (c) => {
      const { page = null, topicId, urgent, termsVersion, ...question } = await json(c, QUESTION)
      await noteRange(deps, c.var.bearer, rangeHere(c, deps))
      const { bearer } = c.var
      if (urgent && bearer.kind === 'visitor') await acting(c, (tx) => hearUrgent(tx, bearer.visitorId))
      const asked = await acting(c, (tx) =>
        askQuestion(
          tx,
          {
            ...question,
            urgent,
            termsVersion: urgent ? null : termsVersion,
            page,
            topicId: topicId as CategoryId | null,
          },
          deps.config.timeZone,
        ),
      )
      const ticket = await shown(c, asked.ticketId, asked.opened)
      welcomeToRoom(deps.live, c.var.bearer, ticket)
      const { seq, id, at } = asked.message
      return c.json(
        {
          ticket,
          requestUrl: linkTo(asked.linkToken),
          message: { seq, id, at: at.toISOString() },
        },
        asked.repeated ? 200 : 201,
      )
    })
    .get('/', async (c) => {
      const { bearer } = c.var
      if (bearer.kind === 'link') return c.json({ tickets: [summaryOf(await shown(c, bearer.ticketId))] })
      const t = wordsOf(c.var.language)
      const tickets = await ticketsOfVisitor(deps.db, bearer.visitorId, LIMITS.ticketsAtOnce)
      return c.json({ tickets: tickets.map((one) => ({ ...one, subject: orErased(t, one.subject) })) })
    })
    .get('/:id', async (c) => c.json(await shown(c, pathId<TicketId>(c))))
    .post('/:id/messages', async (c) => {
      const message = await json(c, MESSAGE)
      const id = pathId<TicketId>(c)
      await noteRange(deps, c.var.bearer, rangeHere(c, deps))
      const { at, repeated, ...accepted } = await say(deps, c.var.bearer, id, message)
      return c.json({ ...accepted, at: at.toISOString() }, repeated ? 200 : 201)
    })
    .post('/:id/marks', async (c) => {
      const marks = await json(c, MARKS)
      const id = pathId<TicketId>(c)
      return c.json(await acting(c, (tx) => markAsCustomer(tx, id, marksIn(marks))))
    })
    .post('/:id/complaint', press(complainAsCustomer))
    .post('/:id/reopening', press(reopenByCustomer))
    .post('/:id/ending', press(endAsCustomer))
    .post('/:id/confirmation', press(confirmAsCustomer))
    .post('/:id/transcript', press(askTranscript))
    .get('/:id/number', async (c) => c.json(await numberOf(c, pathId<TicketId>(c))))
    .post('/:id/number/code', async (c) => {
      await nothing(c)
      const id = pathId<TicketId>(c)
      const can = await canText(deps.db)
      await acting(c, (tx) => askCode(tx, id, can))
      return c.json(await numberOf(c, id))
    })
    .post('/:id/number/proof', async (c) => {
      const typed = await json(c, PROOF)
      const id = pathId<TicketId>(c)
      if (!(await acting(c, (tx) => proveNumber(tx, id, { ...typed, secret: deps.secret }))))
        throw refusal('customers.code_wrong', {}, 'code')
      return c.json(await numberOf(c, id))
    })
    .get('/:id/rating', async (c) => {
      const { id } = await ownTicket(deps.db, c.var.bearer, pathId<TicketId>(c))
      return c.json({ rating: await customerRating(deps.db, id) })
    })
    .post('/:id/rating', async (c) => {
      const { product = null, ...given } = await json(c, RATING)
      const id = pathId<TicketId>(c)
      const source = c.var.bearer.kind === 'link' ? 'request' : 'chat'
      await acting(c, (tx) => rate(tx, id, { ...given, product, source }))
      return c.json({ rating: await customerRating(deps.db, id) })
    })
    .post('/:id/links', async (c) => {
      await nothing(c)
      const id = pathId<TicketId>(c)
      return c.json({ requestUrl: linkTo(await acting(c, (tx) => linkForCustomer(tx, id))) }, 201)
    })
}

/** No body, or an empty object. */
async function nothing(c: Ctx): Promise<void> {
  if (c.var.body !== undefined) await json(c, {})
}

const summaryOf = ({ id, number, subject, state, lastSeq, createdAt }: CustomerTicket) => ({
  id,
  number,
  subject,
  state,
  lastSeq,
  createdAt,
})
