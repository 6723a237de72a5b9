import { Hono } from 'hono'
import { z } from 'zod'
import type { PromiseId, TicketId } from '../../kernel/ids.ts'
import { instantOf } from '../../kernel/time.ts'
import type { Env } from '../../web/env.ts'
import { dayAndTime, form, pathId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { acting, type Door } from '../conversation/routes.ts'
import { keepPromise, makePromise, movePromise, voidPromise } from './actions.ts'
import { PROMISE_KINDS } from './rules.ts'

const HELD = { epoch: wholeNumber }
const DUE = { due: dayAndTime }

/** Promises of one ticket: made, kept, moved, not needed any more. Times are those of the company's clock. */
export const promiseRoutes = (door: Door) => {
  const { deps } = door
  const instantIn = (due: string): Date => instantOf(due.slice(0, 10), due.slice(11), deps.config.timeZone)
  const own = staffOnly(deps, 'desk.work')
  return new Hono<Env>()
    .post('/:id/promises', own, async (c) => {
      const typed = await form(c, { ...HELD, ...DUE, kind: z.enum(PROMISE_KINDS) })
      const { epoch, kind, due } = typed
      const make = { epoch, kind, dueAt: instantIn(due) }
      return acting(c, door, async (tx) => void (await makePromise(tx, pathId<TicketId>(c), make)), {
        panel: 'promise',
        typed,
        toast: 'promise',
      })
    })
    .post('/:id/promises/:promise/keeping', own, async (c) => {
      const { epoch } = await form(c, HELD)
      return acting(c, door, (tx) => keepPromise(tx, pathId<PromiseId>(c, 'promise'), { epoch }))
    })
    .post('/:id/promises/:promise/moving', own, async (c) => {
      const { epoch, due } = await form(c, { ...HELD, ...DUE })
      const move = { epoch, dueAt: instantIn(due) }
      return acting(c, door, async (tx) => void (await movePromise(tx, pathId<PromiseId>(c, 'promise'), move)))
    })
    .post('/:id/promises/:promise/voiding', own, async (c) => {
      const { epoch } = await form(c, HELD)
      return acting(c, door, (tx) => voidPromise(tx, pathId<PromiseId>(c, 'promise'), { epoch }))
    })
}
