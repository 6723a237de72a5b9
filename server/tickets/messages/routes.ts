import { type Context, Hono } from 'hono'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { withoutErased } from '../../kernel/erased.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { Conflict, Refusal, refuse } from '../../kernel/refusal.ts'
import { answerOf, errorBody } from '../../web/answers.ts'
import type { Env } from '../../web/env.ts'
import { clientId, form, json, pathId, query, text, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, seeOther, wantsJson, wantsPart } from '../../web/page.ts'
import { notesAsJson } from '../conversation/as-json.ts'
import { composerOf } from '../conversation/composer.ts'
import { headOf } from '../conversation/contributions.ts'
import { lastCustomerSeq } from '../conversation/queries.ts'
import { readTicket } from '../conversation/reading.ts'
import { type Door, homeOf, showConversation } from '../conversation/routes.ts'
import { whyNotReplyYet } from '../conversation/rules.ts'
import { timelineOf } from '../conversation/timeline.ts'
import { sendFile } from '../files/actions.ts'
import { answerFile, sentFile } from '../files/answers.ts'
import { forgetIncoming } from '../files/queries.ts'
import { addNote, mark, postMessage } from './actions.ts'
import { listMessages, marksOf } from './queries.ts'
import { fitting, withWords } from './rules.ts'

const BODY = text(4000)
const SENT = { clientId, epoch: wholeNumber, body: BODY, seen: wholeNumber }
const NOTED = { clientId, body: BODY, after: wholeNumber.optional() }
/** What a script sends where sockets are blocked. */
const POSTED = { clientId, epoch: wholeNumber, body: BODY }

/** Words to the customer and among colleagues: two doors, so that one is never taken for the other. */
export const messageRoutes = (door: Door) => {
  const { deps } = door
  return new Hono<Env>()
    .get('/:id/messages', staffOnly(deps), async (c) => {
      const { after } = query(c, { after: wholeNumber })
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      const [messages, marks] = await Promise.all([
        listMessages(deps.db, ticket.id, after),
        marksOf(deps.db, ticket.id),
      ])
      const said = fitting(messages).map((one) => withWords(one, (words) => withoutErased(ticket.veil.words(words))))
      return c.json({ messages: said, marks, lastSeq: ticket.last_seq })
    })
    .post('/:id/messages', staffOnly(deps, 'desk.work'), (c) =>
      c.var.body?.kind === 'json' ? postByScript(c, door) : postByForm(c, door),
    )
    .get('/:id/files/:seq', staffOnly(deps), async (c) => {
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      return answerFile(c, deps, ticket.id)
    })
    .post('/:id/files', staffOnly(deps, 'desk.work'), (c) => postFile(c, door))
    .get('/:id/notes', staffOnly(deps, 'ticket.read'), async (c) => {
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      return wantsJson(c) ? c.json({ notes: await notesAsJson(deps.db, ticket) }) : seeOther(c, homeOf(c, ticket.id))
    })
    .post('/:id/notes', staffOnly(deps, 'ticket.read'), async (c) => {
      const { after, ...noted } = await form(c, NOTED)
      const id = pathId<TicketId>(c)
      await deps.transact(c.var.me.actor, (tx) => addNote(tx, { ticketId: id, ...noted, body: lines(noted.body) }))
      if (wantsJson(c)) return c.json({})
      if (!wantsPart(c)) return seeOther(c, homeOf(c, id))
      const ticket = await readTicket(deps, c.var.me, id)
      const [head, composer, timeline] = await Promise.all([
        headOf(deps, c.var.me, ticket),
        composerOf(deps, c.var.me, ticket),
        timelineOf(deps, c.var.me, ticket, { after }),
      ])
      return fragment(c, deps, 'tickets/parts', 'noted', { ...head, ...composer, ...timeline })
    })
}

/** A plain form: a word that came since the page was drawn is shown first, and what was typed is never lost. */
async function postByForm(c: Context<Env>, door: Door): Promise<Response> {
  const { seen, ...sent } = await form(c, SENT)
  const id = pathId<TicketId>(c)
  const { staffId, actor } = c.var.me
  const typed = { body: sent.body, clientId: sent.clientId }
  try {
    await door.deps.transact(actor, async (tx) => {
      refuse(whyNotReplyYet(await lastCustomerSeq(tx.db, id), seen))
      const by = { kind: 'staff', staffId, epoch: sent.epoch } as const
      await postMessage(tx, { ticketId: id, by, clientId: sent.clientId, body: lines(sent.body) })
      await mark(tx, id, 'staff', { read: seen })
    })
  } catch (error) {
    if (error instanceof Refusal) return showConversation(c, door, id, { newer: error, typed }, 422)
    if (error instanceof Conflict) return showConversation(c, door, id, { conflict: error.code, typed }, 409)
    throw error
  }
  return seeOther(c, homeOf(c, id))
}

/** The same as `message.post` on the live line, for a page whose socket is blocked. */
async function postByScript(c: Context<Env>, { deps }: Door): Promise<Response> {
  const id = pathId<TicketId>(c)
  const { staffId, actor } = c.var.me
  try {
    const { epoch, ...message } = await json(c, POSTED)
    const by = { kind: 'staff', staffId, epoch } as const
    const accepted = await deps.transact(actor, (tx) => postMessage(tx, { ticketId: id, by, ...message }))
    return c.json({ ...accepted, at: accepted.at.toISOString() }, accepted.repeated ? 200 : 201)
  } catch (error) {
    const answer = answerOf(error)
    if (answer.status === 500) throw error
    return c.json(errorBody(wordsOf(c.var.language), answer), answer.status)
  }
}

/** A file to the customer, as one message. A script gets JSON, a form comes back to the page. */
async function postFile(c: Context<Env>, door: Door): Promise<Response> {
  const { deps } = door
  const id = pathId<TicketId>(c)
  const { staffId, actor } = c.var.me
  const byScript = wantsJson(c)
  try {
    const { epoch, ...sent } = await sentFile(c, { epoch: wholeNumber })
    const by = { kind: 'staff', staffId, epoch } as const
    const accepted = await sendFile({
      ...deps,
      now: deps.clock.now(),
      ticketId: id,
      author: `staff:${staffId}`,
      sent,
      post: (word) =>
        deps.transact(actor, async (tx) => {
          await forgetIncoming(tx, word.file.file)
          return postMessage(tx, { ticketId: id, by, ...word })
        }),
    })
    if (!byScript) return seeOther(c, homeOf(c, id))
    return c.json({ ...accepted, at: accepted.at.toISOString() }, accepted.repeated ? 200 : 201)
  } catch (error) {
    if (!byScript && error instanceof Refusal) return showConversation(c, door, id, { fileRefused: error }, 422)
    if (!byScript && error instanceof Conflict) return showConversation(c, door, id, { conflict: error.code }, 409)
    const answer = answerOf(error)
    if (!byScript || answer.status === 500) throw error
    return c.json(errorBody(wordsOf(c.var.language), answer), answer.status)
  }
}

/** Browsers send the line ends of a text area as CR LF; a socket sends what was typed. */
const lines = (body: string): string => body.replaceAll('\r\n', '\n')
