import { Hono } from 'hono'
import { z } from 'zod'
import type { TicketId } from '../../kernel/ids.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, rowId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { acting, type Door } from '../conversation/routes.ts'
import { setPriority } from '../sla/actions.ts'
import { PRIORITIES } from '../sla/rules.ts'
import { mergeTicket, splitTicket, takeIn } from './actions.ts'

/** One request into another and out again; and how urgent it is. */
export const mergeRoutes = (door: Door) => {
  const own = staffOnly(door.deps, 'desk.work')
  return new Hono<Env>()
    .post('/:id/merging', own, async (c) => {
      const { epoch, into } = await form(c, { epoch: wholeNumber, into: rowId })
      return acting(c, door, (tx) => mergeTicket(tx, pathId<TicketId>(c), { into: into as TicketId, epoch }), {
        toast: 'merged',
        done: { epoch, why: 'merged' },
      })
    })
    .post('/:id/intake', own, async (c) => {
      const { epoch, from } = await form(c, { epoch: wholeNumber, from: rowId })
      return acting(c, door, (tx) => takeIn(tx, pathId<TicketId>(c), { from: from as TicketId, epoch }), {
        toast: 'taken_in',
      })
    })
    .post('/:id/split', own, async (c) => {
      await form(c, {})
      return acting(c, door, (tx) => splitTicket(tx, pathId<TicketId>(c)), { toast: 'split' })
    })
    .post('/:id/priority', own, async (c) => {
      const { epoch, priority } = await form(c, { epoch: wholeNumber, priority: z.enum(PRIORITIES) })
      return acting(c, door, (tx) => setPriority(tx, pathId<TicketId>(c), { epoch, priority }), { toast: 'priority' })
    })
}
