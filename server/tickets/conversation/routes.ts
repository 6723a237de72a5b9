import { type Context, Hono } from 'hono'
import { revealCustomer } from '../../customers/privacy/actions.ts'
import { REVEALING } from '../../customers/privacy/routes.ts'
import type { AssignmentEnd } from '../../events/tickets.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { Conflict, Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, partOrPage, seeOther, wantsJson, wantsPart } from '../../web/page.ts'
import { hasServed } from '../keeping/queries.ts'
import type { Around } from './around.ts'
import { ticketAsJson } from './as-json.ts'
import { besideOf, conversationOf, headOf } from './contributions.ts'
import { endOfPart } from './queries.ts'
import { readTicket } from './reading.ts'
import { sideOf } from './side.ts'
import { timelineOf } from './timeline.ts'

type Values = Record<string, unknown>
export type Door = Around & { readonly deps: Deps }

/** One conversation on a page of its own, and its live parts; the desk shows the same beside its queue. */
export const conversationRoutes = (door: Door) => {
  const { deps } = door
  return new Hono<Env>()
    .get('/:id{[0-9]+}', staffOnly(deps), async (c) => {
      const { from } = query(c, { from: wholeNumber.optional() })
      if (wantsJson(c)) return tellConversation(c, deps)
      return showConversation(c, door, pathId<TicketId>(c), { from })
    })
    .get('/:id/head', staffOnly(deps), async (c) => {
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      return part(c, deps, 'head', await headOf(deps, c.var.me, ticket))
    })
    .get('/:id/beside', staffOnly(deps), async (c) => {
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      if (!wantsPart(c)) return c.json({ beside: await door.neighbours(deps.db, ticket.id, c.var.me.staffId) })
      return part(c, deps, 'beside', { ticket, ...(await besideOf(deps, c.var.me, ticket, door.neighbours)) })
    })
    .get('/:id/timeline', staffOnly(deps), async (c) => {
      const { from, after } = query(c, { from: wholeNumber.optional(), after: wholeNumber.optional() })
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      return part(c, deps, 'timeline', { ticket, ...(await timelineOf(deps, c.var.me, ticket, { from, after })) })
    })
    .post('/:id/reveals', staffOnly(deps, 'customer.reveal'), (c) => reveal(c, door))
    .get('/:id/side', staffOnly(deps), async (c) => {
      const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      return part(c, deps, 'side', { ticket, ...(await sideOf(deps, c.var.me, ticket, door.asides)) })
    })
}

/** Who asked is shown in full for a while, for a reason that is kept (REGULATION row 57). */
async function reveal(c: Context<Env>, door: Door): Promise<Response> {
  const { deps } = door
  const { me } = c.var
  const typed = await form(c, REVEALING)
  const { id: ticketId, customer_id: customerId } = await readTicket(deps, me, pathId<TicketId>(c))
  const theirs = await hasServed(deps.db, me.staffId, customerId)
  const how = { ...typed, zone: deps.config.timeZone, theirs }
  try {
    await deps.transact(me.actor, (tx) => revealCustomer(tx, { customerId, ticketId }, how))
  } catch (error) {
    if (!(error instanceof Refusal) || wantsJson(c)) throw error
    return showConversation(c, door, ticketId, { revealRefused: error, revealing: typed }, 422)
  }
  if (wantsJson(c)) return tellConversation(c, deps)
  return wantsPart(c) ? showConversation(c, door, ticketId) : seeOther(c, homeOf(c, ticketId))
}

async function tellConversation(c: Context<Env>, deps: Deps): Promise<Response> {
  const ticket = await readTicket(deps, c.var.me, pathId<TicketId>(c))
  return c.json(await ticketAsJson(deps.db, c.var.me, ticket))
}

/** A live part for htmx; without it the page that it belongs to. */
export const part = (c: Context<Env>, deps: Deps, name: string, values: Values): Response | Promise<Response> =>
  wantsPart(c) ? fragment(c, deps, 'tickets/parts', name, values) : seeOther(c, `/tickets/${pathId<TicketId>(c)}`)

/** The conversation for htmx, its own page without it; with what was typed and why it was refused. */
export async function showConversation(
  c: Context<Env>,
  { deps, ...around }: Door,
  id: TicketId,
  { from, ...values }: Values & { from?: number | undefined } = {},
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const conversation = await conversationOf(deps, c.var.me, id, { ...around, from })
  return partOrPage(c, deps, 'tickets/show', 'one', { ...conversation, ...values }, status)
}

type Outcome = {
  /** What was typed, kept where it is refused. */
  readonly typed?: Values
  /** Which form stands open where it is refused. */
  readonly panel?: 'transfer' | 'resolution' | 'promise' | 'abuse'
  /** Words about what was done, with a way back where there is one. */
  readonly toast?: string
  /** A second press of the same button: my part under this epoch has ended in this way already. */
  readonly done?: { readonly epoch: number; readonly why: AssignmentEnd }
}

/** One act on a conversation: done, it shows the conversation as it is now; refused, the words and all that was typed. */
export async function acting(
  c: Context<Env>,
  door: Door,
  act: (tx: Tx) => Promise<void>,
  { typed, panel, toast, done }: Outcome = {},
): Promise<Response> {
  const id = pathId<TicketId>(c)
  const { staffId, actor } = c.var.me
  try {
    await door.deps.transact(actor, act)
  } catch (error) {
    if (error instanceof Refusal && !wantsJson(c))
      return showConversation(c, door, id, { refused: error, typed, panel }, 422)
    if (!(error instanceof Conflict)) throw error
    const before = done && (await endOfPart(door.deps.db, id, staffId, done.epoch))
    if (!before || before !== done.why) {
      if (wantsJson(c)) throw error
      return showConversation(c, door, id, { conflict: error.code, typed }, 409)
    }
  }
  if (wantsJson(c)) return c.json({})
  return wantsPart(c) ? showConversation(c, door, id, { toast }) : seeOther(c, homeOf(c, id))
}

/** Where a conversation is shown to this colleague: beside the queue, or alone where they have no desk. */
export const homeOf = (c: Context<Env>, id: TicketId): string =>
  c.var.me.capabilities.has('desk.work') ? `/desk/${id}` : `/tickets/${id}`
