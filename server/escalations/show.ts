import { z } from 'zod'
import { contactsOf } from '../customers/queries.ts'
import { asWritten } from '../customers/rules.ts'
import type { EscalationId, TicketId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import { HOUR, localOf, plus, SECOND } from '../kernel/time.ts'
import { currentSettings } from '../settings/queries.ts'
import { getTicket } from '../tickets/queries.ts'
import type { Deps } from '../web/deps.ts'
import { query } from '../web/forms.ts'
import { fragment, page, wantsPart } from '../web/page.ts'
import * as act from './actions.ts'
import { seenEscalation, seenNote, veilOver } from './contributions.ts'
import { listDepartments } from './directory/queries.ts'
import { type Ctx, RETURN_REASONS, type Values } from './handling.ts'
import { litTab, rowsIn, scopesOf, TABS, tabOf } from './inbox.ts'
import { listNotes } from './notes/queries.ts'
import { openOfferOf } from './offers/queries.ts'
import { ownerOf } from './queries.ts'
import { dueOf, keptWords, lateBy } from './rules.ts'
import { listTargets } from './sending/queries.ts'
import { type EscalationView, viewEscalation } from './views/queries.ts'

/** The time that the form proposes to promise. */
const SOON_HOURS = 2

const ASKED = { scope: z.enum(['department', 'post', 'all', 'mine']).optional(), tab: z.enum(TABS).optional() }

export async function showList(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const listed = await listOf(c, deps)
  if (wantsPart(c)) return fragment(c, deps, 'escalations/inbox', 'list', { ...listed, ...values }, status)
  return page(c, deps, 'escalations/inbox', { ...listed, ...values }, status)
}

export async function showOne(
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

export async function withTimes({ db, clock }: Deps, one: EscalationView) {
  const { escalationHandoverMinutes } = await currentSettings(db)
  return {
    ...one,
    due: dueOf(one, clock.now(), escalationHandoverMinutes),
    lateBy: lateBy(one, escalationHandoverMinutes),
  }
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
  const groups = scope
    ? TABS.map((tab) => ({
        tab,
        lit: tab === litTab(scope),
        rows: rows.filter((row) => tabOf(row, scope, now) === tab),
      }))
    : []
  const offer = await openOfferOf(db, me.staffId, now)
  return {
    scopes,
    scope,
    tab: wish.tab,
    groups: groups.filter(({ tab, rows }) => rows.length > 0 && (!wish.tab || wish.tab === tab)),
    counts: groups.map(({ tab, lit, rows }) => ({ tab, lit, count: rows.length })),
    offer: offer && {
      ...offer,
      seconds: (offer.expiresAt.getTime() - offer.madeAt.getTime()) / SECOND,
      request: await viewEscalation(db, offer.escalationId),
    },
    nothing: rows.length === 0,
  }
}

export async function aroundOne({ db }: Deps, id: EscalationId) {
  const notes = await listNotes(db, id)
  return {
    notes,
    /** What those asked want to know, where it is answered. */
    question: notes.findLast(({ side }) => side !== 'agent'),
    departments: await listDepartments(db),
    clientId: crypto.randomUUID(),
    reasons: RETURN_REASONS,
  }
}

/** What is known already is filled in: what the customer needs, and how to reach them. */
async function choicesOf({ db, clock, config }: Deps, ticketId: TicketId): Promise<Values> {
  const now = clock.now()
  const { date, time } = localOf(plus(now, SOON_HOURS * HOUR), config.timeZone)
  const ticket = await getTicket(db, ticketId)
  const contacts = await contactsOf(db, ticket.customer_id)
  const prefill = {
    need: ticket.need ?? ticket.subject,
    contact: contacts.map(({ value }) => asWritten(value)).join(', '),
  }
  return { targets: await listTargets(db, now), soon: { date, time }, prefill }
}
