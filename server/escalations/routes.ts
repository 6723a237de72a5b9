import { Hono } from 'hono'
import { z } from 'zod'
import type { DepartmentId, EscalationId, EscalationOfferId, StaffId, TicketId } from '../kernel/ids.ts'
import { Refusal } from '../kernel/refusal.ts'
import { instantOf } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId, rowId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, seeOther } from '../web/page.ts'
import * as act from './actions.ts'
import { listDirectory } from './directory/queries.ts'
import { type Ctx, handling, inPage, type Values, WORD, WORDS } from './handling.ts'
import * as notes from './notes/actions.ts'
import { passEscalationOffer, takeEscalationOffer } from './offers/actions.ts'
import { TARGET_POSTS } from './rules.ts'
import { decideEscalation, discardDecision, sendEscalation } from './sending/actions.ts'
import type { Target } from './sending/queries.ts'
import { showList, showOne } from './show.ts'
import { viewEscalation } from './views/queries.ts'

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
