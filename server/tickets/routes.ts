import { type Context, Hono } from 'hono'
import type { CategoryId, StaffId, TicketId } from '../kernel/ids.ts'
import { Conflict } from '../kernel/refusal.ts'
import type { Tx } from '../schema.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId, rowId, wholeNumber } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { describeTicket, markSpam, noteComplaint } from './actions.ts'
import { returnTicket, transferTicket, undoTransfer } from './assignments/actions.ts'
import type { Around } from './conversation/around.ts'
import { acting, conversationRoutes, type Door } from './conversation/routes.ts'
import { reopenTicket, resolveTicket, undoResolve } from './endings/actions.ts'
import { mergeRoutes } from './merging/routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { promiseRoutes } from './promises/routes.ts'
import { sendTranscript } from './transcripts/actions.ts'

const HELD = { epoch: wholeNumber }
const DESCRIBED = {
  ...HELD,
  categoryId: rowId.or(optionalText(0)),
  need: optionalText(2000),
  result: optionalText(2000),
}
type Described = { epoch: number; categoryId: string; need: string; result: string }

/** One conversation, and what whoever has it may do with it. Each change is a noun with an address of its own. */
export const ticketRoutes = (deps: Deps, around: Around) => {
  const door: Door = { deps, ...around }
  return new Hono<Env>()
    .route('/', conversationRoutes(door))
    .route('/', messageRoutes(door))
    .route('/', promiseRoutes(door))
    .route('/', mergeRoutes(door))
    .post('/:id/transfer', staffOnly(deps, 'desk.work'), async (c) => {
      const { epoch, to } = await form(c, { ...HELD, to: rowId })
      const id = pathId<TicketId>(c)
      return acting(c, door, (tx) => transferTicket(tx, id, { epoch, to: to as StaffId }), {
        panel: 'transfer',
        typed: { to },
        toast: 'transfer',
        done: { epoch, why: 'transferred' },
      })
    })
    .post('/:id/transfer/undo', staffOnly(deps, 'desk.work'), async (c) => {
      await form(c, {})
      return acting(c, door, (tx) => undoTransfer(tx, pathId<TicketId>(c)))
    })
    .post('/:id/description', staffOnly(deps, 'desk.work'), async (c) => {
      const typed = await form(c, DESCRIBED)
      await deps.transact(c.var.me.actor, (tx) => describeTicket(tx, pathId<TicketId>(c), wordsIn(typed)))
      return c.body(null, 204)
    })
    .post('/:id/resolution', staffOnly(deps, 'desk.work'), (c) => resolve(c, door))
    .post('/:id/resolution/undo', staffOnly(deps, 'desk.work'), async (c) => {
      await form(c, {})
      return acting(c, door, (tx) => undoResolve(tx, pathId<TicketId>(c)))
    })
    .post('/:id/return', staffOnly(deps, 'desk.work'), async (c) => {
      const { epoch } = await form(c, HELD)
      const done = { epoch, why: 'returned' } as const
      return acting(c, door, (tx) => returnTicket(tx, pathId<TicketId>(c), 'returned', epoch), {
        toast: 'returned',
        done,
      })
    })
    .post('/:id/complaint', staffOnly(deps, 'desk.work'), async (c) => {
      const { epoch } = await form(c, HELD)
      return acting(c, door, (tx) => noteComplaint(tx, pathId<TicketId>(c), { epoch }), { toast: 'complaint' })
    })
    .post('/:id/transcript', staffOnly(deps, 'desk.work'), async (c) => {
      const { epoch } = await form(c, HELD)
      return acting(c, door, (tx) => sendTranscript(tx, pathId<TicketId>(c), { epoch }), { toast: 'transcript' })
    })
    .post('/:id/spam', staffOnly(deps, 'desk.work'), async (c) => {
      const { epoch } = await form(c, HELD)
      const done = { epoch, why: 'spam' } as const
      return acting(c, door, (tx) => markSpam(tx, pathId<TicketId>(c), { epoch }), { toast: 'spam', done })
    })
    .post('/:id/reopening', staffOnly(deps, 'desk.work'), async (c) => {
      await form(c, {})
      return acting(c, door, (tx) => reopenTicket(tx, pathId<TicketId>(c)))
    })
}

/** What was typed is stored first, in an act of its own: it stays where the resolving is refused. */
async function resolve(c: Context<Env>, door: Door): Promise<Response> {
  const typed = await form(c, DESCRIBED)
  const id = pathId<TicketId>(c)
  const { epoch } = typed
  const describe = (tx: Tx) => describeTicket(tx, id, wordsIn(typed))
  await door.deps.transact(c.var.me.actor, describe).catch(ignoreConflict)
  return acting(c, door, (tx) => resolveTicket(tx, id, { epoch }), {
    panel: 'resolution',
    typed,
    toast: 'resolution',
    done: { epoch, why: 'resolved' },
  })
}

// The resolving that follows meets the same conflict, and says it.
const ignoreConflict = (error: unknown): void => {
  if (!(error instanceof Conflict)) throw error
}

const wordsIn = ({ epoch, categoryId, need, result }: Described) => ({
  epoch,
  categoryId: (categoryId || null) as CategoryId | null,
  need: need.trim() || null,
  result: result.trim() || null,
})
