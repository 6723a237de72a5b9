import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { contactsOf } from '../customers/queries.ts'
import type { DepartmentId, EscalationId, EscalationOfferId, StaffId, TicketId } from '../kernel/ids.ts'
import { NotFound, Refusal } from '../kernel/refusal.ts'
import { HOUR, instantOf, localOf, plus, SECOND } from '../kernel/time.ts'
import { staffActor } from '../platform/actor.ts'
import { hashOf, isToken } from '../platform/tokens.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { getTicket } from '../tickets/queries.ts'
import { readCookie, SESSION_COOKIE } from '../web/cookies.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { clientId, form, optionalText, pathId, query, rowId, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../web/page.ts'
import * as act from './actions.ts'
import { seenEscalation, seenNote, veilOver } from './contributions.ts'
import { listDepartments, listDirectory } from './directory/queries.ts'
import { rowsIn, scopesOf, TABS, tabOf } from './inbox.ts'
import { findByLink, type LinkHolder } from './links/queries.ts'
import * as notes from './notes/actions.ts'
import { passEscalationOffer, takeEscalationOffer } from './offers/actions.ts'
import { openOfferOf } from './offers/queries.ts'
import { type EscalationView, listNotes, ownerOf, viewEscalation } from './queries.ts'
import { dueOf, keptWords, lateBy, TARGET_POSTS } from './rules.ts'
import { decideEscalation, discardDecision, sendEscalation } from './sending/actions.ts'
import { listTargets, type Target } from './sending/queries.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const RETURN_REASONS = ['not_ours', 'not_enough', 'not_possible'] as const
const WORDS = 4000
/** The time that the form proposes to promise. */
const SOON_HOURS = 2
const ASKED = { scope: z.enum(['department', 'post', 'all', 'mine']).optional(), tab: z.enum(TABS).optional() }
const SENDING = {
  epoch: z.coerce.number().int().min(0),
  target: z.string().regex(/^(department:[1-9]\d{0,17}|post:technician)$/),
  person: z.union([rowId, z.literal('')]),
  need: optionalText(WORDS),
  tried: optionalText(WORDS),
  contact: optionalText(400),
  date: z.iso.date(),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
}
const WORD = { epoch: z.coerce.number().int().min(0), clientId, body: text(WORDS) }

/** What goes to departments and posts: the inbox, one request with all its acts, the agent's form, the directory. */
export function escalationRoutes(deps: Deps) {
  const read = staffOnly(deps, 'escalation.read')
  const send = staffOnly(deps, 'escalation.send')
  const handle = staffOnly(deps, 'escalation.handle')
  const acting = (c: Ctx, id: EscalationId, typed: Values, what: (tx: Tx) => Promise<unknown>) =>
    inPage(c, typed, () => deps.transact(c.var.me.actor, what), {
      done: `/escalations/${id}`,
      again: (values) => showOne(c, deps, id, values, 422),
    })
  return new Hono<Env>()
    .get('/escalations', read, (c) => showList(c, deps))
    .get('/escalations/directory', staffOnly(deps, 'directory.read'), async (c) =>
      page(c, deps, 'escalations/directory', { departments: await listDirectory(deps.db, deps.clock.now()) }),
    )
    .get('/escalations/:id', read, (c) => showOne(c, deps, pathId<EscalationId>(c), {}))
    .post('/tickets/:id/escalations', send, async (c) => {
      const { epoch } = await form(c, { epoch: z.coerce.number().int().min(0) })
      const ticketId = pathId<TicketId>(c)
      const id = await deps.transact(c.var.me.actor, (tx) => decideEscalation(tx, ticketId, { epoch }))
      return seeOther(c, `/escalations/${id}`)
    })
    .post('/escalations/:id/sending', send, async (c) => {
      const { target, person, date, time, ...words } = await form(c, SENDING)
      const typed = { target, person, date, time, ...words }
      const id = pathId<EscalationId>(c)
      const promisedAt = instantOf(date, time, deps.config.timeZone)
      const to = targetOf(target, person)
      return acting(c, id, typed, (tx) => sendEscalation(tx, id, { ...words, promisedAt, target: to }))
    })
    .post('/escalations/:id/discard', send, async (c) => {
      await form(c, {})
      const id = pathId<EscalationId>(c)
      const { ticketId } = await viewEscalation(deps.db, id)
      await deps.transact(c.var.me.actor, (tx) => discardDecision(tx, id))
      return seeOther(c, `/desk/${ticketId}`)
    })
    .post('/escalations/:id/reply', send, async (c) => {
      const typed = await form(c, WORD)
      const id = pathId<EscalationId>(c)
      return acting(c, id, { reply: typed }, (tx) => notes.replyToDepartment(tx, id, typed))
    })
    .post('/escalations/:id/sending-back', send, async (c) => {
      const typed = await form(c, WORD)
      const id = pathId<EscalationId>(c)
      return acting(c, id, { back: typed }, (tx) => act.sendBack(tx, id, typed))
    })
    .post('/escalations/:id/telling', send, async (c) => {
      const typed = await form(c, WORD)
      const id = pathId<EscalationId>(c)
      return acting(c, id, { telling: typed }, (tx) => act.tellCustomer(tx, id, typed))
    })
    .post('/escalations/:id/withdrawal', send, async (c) => {
      const { epoch } = await form(c, { epoch: z.coerce.number().int().min(0) })
      const id = pathId<EscalationId>(c)
      return acting(c, id, {}, (tx) => act.withdrawEscalation(tx, id, { epoch }))
    })
    .post('/escalations/:id/:act{acceptance|question|answer|return|note}', staffOnly(deps), async (c) => {
      const id = pathId<EscalationId>(c)
      const { typed, what } = await handling(c, id)
      return acting(c, id, typed, what)
    })
    .post('/escalations/offers/:id/taking', handle, async (c) => {
      await form(c, {})
      const take = (tx: Tx) => takeEscalationOffer(tx, pathId<EscalationOfferId>(c))
      try {
        return seeOther(c, `/escalations/${await deps.transact(c.var.me.actor, take)}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showList(c, deps, { refused: error }, 422)
      }
    })
    .post('/escalations/offers/:id/passing', handle, async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => passEscalationOffer(tx, pathId<EscalationOfferId>(c)))
      return seeOther(c, '/escalations')
    })
    .get('/e/:token', async (c) => {
      const holder = await holderOf(c, deps)
      return (await whyNotOpen(c, deps, holder)) ?? showLink(c, deps, holder, {})
    })
    .post('/e/:token/:act{acceptance|question|answer|return|note}', async (c) => {
      const holder = await holderOf(c, deps)
      const shut = await whyNotOpen(c, deps, holder)
      if (shut) return shut
      const { typed, what } = await handling(c, holder.id)
      const actor = staffActor(holder.staffId, new Set(['escalation.handle'] as const))
      return inPage(c, typed, () => deps.transact(actor, what), {
        done: `/e/${c.req.param('token')}`,
        again: (values) => showLink(c, deps, holder, values, 422),
      })
    })
}

/** The acts of whoever was asked; the same from the page and from a mail's link. */
async function handling(c: Ctx, id: EscalationId): Promise<{ typed: Values; what: (tx: Tx) => Promise<void> }> {
  switch (c.req.param('act')) {
    case 'acceptance':
      await form(c, {})
      return { typed: {}, what: (tx) => act.acceptEscalation(tx, id) }
    case 'question': {
      const word = await form(c, { clientId, body: text(WORDS) })
      return { typed: { question: word }, what: (tx) => notes.askBack(tx, id, word) }
    }
    case 'note': {
      const word = await form(c, { clientId, body: text(WORDS) })
      return { typed: { note: word }, what: (tx) => notes.noteOnEscalation(tx, id, word) }
    }
    case 'answer': {
      const words = await form(c, { result: optionalText(WORDS), forCustomer: optionalText(WORDS) })
      return { typed: { answer: words }, what: (tx) => act.answerEscalation(tx, id, words) }
    }
    default: {
      const shape = {
        reason: z.enum(RETURN_REASONS),
        words: optionalText(WORDS),
        better: z.union([rowId, z.literal('')]),
      }
      const { better, ...back } = await form(c, shape)
      const to = better === '' ? null : (better as DepartmentId)
      return {
        typed: { back: { ...back, better } },
        what: (tx) => act.returnEscalation(tx, id, { ...back, better: to }),
      }
    }
  }
}

function targetOf(target: string, person: string): Target {
  const [kind, value = ''] = target.split(':')
  if (kind === 'post') return { kind: 'post', post: TARGET_POSTS[0] }
  return {
    kind: 'department',
    departmentId: value as DepartmentId,
    personId: person === '' ? null : (person as StaffId),
  }
}

type Ways = { done: string; again: (values: Values) => Promise<Response> }

async function inPage(c: Ctx, typed: Values, run: () => Promise<unknown>, { done, again }: Ways): Promise<Response> {
  try {
    await run()
    return seeOther(c, done)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return again({ typed, refused: { [error.field ?? 'form']: error } })
  }
}

async function showList(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const listed = await listOf(c, deps)
  if (wantsPart(c)) return fragment(c, deps, 'escalations/inbox', 'list', { ...listed, ...values }, status)
  return page(c, deps, 'escalations/inbox', { ...listed, ...values }, status)
}

async function showOne(
  c: Ctx,
  deps: Deps,
  id: EscalationId,
  values: Values,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { me } = c.var
  const one = await viewEscalation(deps.db, id)
  const target = { department_id: one.department?.id ?? null, post: one.post }
  const handles = await act.mayHandle({ db: deps.db, now: deps.clock.now(), actor: me.actor }, target)
  if (!handles && !me.capabilities.has('ticket.read')) throw new NotFound()
  const owner = await ownerOf(deps.db, one.ticketId)
  const mine = owner?.staffId === me.staffId && me.capabilities.has('escalation.send')
  const veil = veilOver(me, one, handles)
  const around = await aroundOne(deps, id)
  const shown = {
    ...(await listOf(c, deps)),
    ...around,
    notes: around.notes.map((note) => seenNote(veil, note)),
    one: seenEscalation(veil, await withTimes(deps, one)),
    handles: handles && one.state !== 'decided',
    mine: mine || (me.capabilities.has('escalation.lead') && one.state === 'decided'),
    kept: keptWords(one.state, values.typed as Values | undefined),
    epoch: owner?.epoch ?? 0,
    base: `/escalations/${id}`,
    ...(one.state === 'decided' && (mine || handles) ? await choicesOf(deps, one.ticketId) : {}),
  }
  if (wantsPart(c)) return fragment(c, deps, 'escalations/inbox', 'one', { ...shown, ...values }, status)
  return page(c, deps, 'escalations/inbox', { ...shown, ...values }, status)
}

async function showLink(
  c: Ctx,
  deps: Deps,
  holder: LinkHolder,
  values: Values,
  status: 200 | 422 = 200,
): Promise<Response> {
  const one = await viewEscalation(deps.db, holder.id)
  const around = await aroundOne(deps, holder.id)
  const shown = {
    ...around,
    one: await withTimes(deps, one),
    handles: true,
    mine: false,
    holder,
    base: `/e/${c.req.param('token')}`,
    kept: keptWords(one.state, values.typed as Values | undefined),
    private: true,
  }
  return page(c, deps, 'escalations/link', { ...shown, ...values }, status)
}

async function withTimes({ db, clock }: Deps, one: EscalationView) {
  const { escalationHandoverMinutes } = await currentSettings(db)
  return {
    ...one,
    due: dueOf(one, clock.now(), escalationHandoverMinutes),
    lateBy: lateBy(one, escalationHandoverMinutes),
  }
}

async function holderOf(c: Ctx, { db }: Deps): Promise<LinkHolder> {
  const token = c.req.param('token')
  const holder = isToken(token) ? await findByLink(db, hashOf(token)) : undefined
  if (!holder) throw new NotFound()
  return holder
}

/** Nothing of the request is shown where its link is over, or where somebody else is signed in and would act in another's name. */
async function whyNotOpen(c: Ctx, deps: Deps, holder: LinkHolder): Promise<Response | undefined> {
  const values = { holder, private: true, escalationId: holder.id }
  if (holder.expiresAt <= deps.clock.now())
    return page(c, deps, 'escalations/link-shut', { ...values, why: 'over' }, 410)
  const session = readCookie(c, SESSION_COOKIE)
  const reader = isToken(session) ? await deps.whoIs(session) : undefined
  return reader && reader.staffId !== holder.staffId
    ? page(c, deps, 'escalations/link-shut', { ...values, reader, why: 'another' }, 403)
    : undefined
}

async function listOf(c: Ctx, { db, clock }: Deps): Promise<Values> {
  const { me } = c.var
  const wish = c.req.method === 'GET' ? query(c, ASKED) : {}
  const scopes = await scopesOf(db, me)
  const scope = scopes.find(({ kind }) => kind === wish.scope) ?? scopes[0]
  const now = clock.now()
  const asked = scope?.kind === 'department' || scope?.kind === 'post'
  const found = scope ? await rowsIn(db, scope, me.staffId, now) : []
  const rows = found.map((one) => seenEscalation(veilOver(me, one, asked), one))
  const groups = TABS.map((tab) => ({ tab, rows: rows.filter((row) => tabOf(row, now) === tab) }))
  const offer = await openOfferOf(db, me.staffId, now)
  return {
    scopes,
    scope,
    tab: wish.tab,
    groups: groups.filter(({ tab, rows }) => rows.length > 0 && (!wish.tab || wish.tab === tab)),
    counts: groups.map(({ tab, rows }) => ({ tab, count: rows.length })),
    offer: offer && {
      ...offer,
      seconds: (offer.expiresAt.getTime() - offer.madeAt.getTime()) / SECOND,
      request: await viewEscalation(db, offer.escalationId),
    },
    nothing: rows.length === 0,
  }
}

const aroundOne = async ({ db }: Deps, id: EscalationId) => ({
  notes: await listNotes(db, id),
  departments: await listDepartments(db),
  clientId: crypto.randomUUID(),
  reasons: RETURN_REASONS,
})

/** What is known already is filled in: what the customer needs, and how to reach them. */
async function choicesOf({ db, clock, config }: Deps, ticketId: TicketId): Promise<Values> {
  const now = clock.now()
  const { date, time } = localOf(plus(now, SOON_HOURS * HOUR), config.timeZone)
  const ticket = await getTicket(db, ticketId)
  const contacts = await contactsOf(db, ticket.customer_id)
  const prefill = { need: ticket.need ?? ticket.subject, contact: contacts.map(({ value }) => value).join(', ') }
  return { targets: await listTargets(db, now), soon: { date, time }, prefill }
}
