import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CallId, StaffId } from '../kernel/ids.ts'
import { NotFound, Refusal } from '../kernel/refusal.ts'
import type { Tx } from '../schema.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, partOrPage, seeOther, wantsPart } from '../web/page.ts'
import { cardOf, deskCallsOf, seesCaller } from './cards.ts'
import { playCall } from './lines/playing.ts'
import { listLines } from './lines/queries.ts'
import { viewCall } from './log/queries.ts'
import { listRecordings } from './recordings/queries.ts'
import { WHY_NO_TICKET } from './rules.ts'
import { askForKey, claimCall, declineCall, noteCall } from './talking/actions.ts'
import { TARGET, targetOf } from './targets.ts'
import { logCall, logWithoutTicket } from './wrapping/actions.ts'
import { somebodysNumber } from './wrapping/queries.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>
export const NOTE_LETTERS = 4000

/** One call: the cards on the desk, its page, and what whoever has it does with it. */
export function callRoutes(deps: Deps) {
  const work = staffOnly(deps, 'call.work')
  return new Hono<Env>()
    .get('/desk', work, async (c) =>
      wantsPart(c) ? fragment(c, deps, 'calls/desk', 'calls', await deskCallsOf(deps, c.var.me)) : seeOther(c, '/desk'),
    )
    .get('/:id{[0-9]+}', staffOnly(deps, 'call.read'), (c) => showCall(c, deps, pathId<CallId>(c)))
    .post('/ring-me', work, async (c) => {
      await form(c, {})
      await ringMe(deps, c.var.me.staffId)
      return seeOther(c, '/desk')
    })
    .post('/:id/claim', work, (c) => press(c, deps, (tx) => claimCall(tx, pathId<CallId>(c))))
    .post('/:id/decline', work, (c) => press(c, deps, (tx) => declineCall(tx, pathId<CallId>(c))))
    .post('/:id/rating-request', work, (c) => press(c, deps, (tx) => askForKey(tx, pathId<CallId>(c))))
    .post('/:id/note', work, async (c) => {
      const { note } = await form(c, { note: optionalText(NOTE_LETTERS) })
      await deps.transact(c.var.me.actor, (tx) => noteCall(tx, pathId<CallId>(c), note))
      return wantsPart(c) ? c.body(null, 204) : seeOther(c, `/calls/${pathId<CallId>(c)}`)
    })
    .post('/:id/log', work, async (c) => {
      const id = pathId<CallId>(c)
      const typed = await form(c, {
        ...TARGET,
        note: optionalText(NOTE_LETTERS),
        why: z.enum(WHY_NO_TICKET).optional(),
      })
      try {
        const target = await targetOf(deps.db, typed)
        const { note, why = 'wrong_number' } = typed
        if (!target) {
          await deps.transact(c.var.me.actor, (tx) => logWithoutTicket(tx, id, { why, note }))
          return seeOther(c, `/calls/${id}`)
        }
        const ticketId = await deps.transact(c.var.me.actor, (tx) => logCall(tx, id, { target, note }))
        return seeOther(c, `/desk/${ticketId}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showCall(c, deps, id, { typed, refused: error }, 422)
      }
    })
}

/** In the demo somebody whom the company knows calls, by the door of a real line. @throws NotFound elsewhere */
async function ringMe(deps: Deps, staffId: StaffId): Promise<void> {
  const [line] = deps.config.demo ? await listLines(deps.db) : []
  if (!line) throw new NotFound()
  const number = await somebodysNumber(deps.db)
  await playCall(deps, line, { play: 'ring', by: staffId, test: false, ...(number ? { number } : {}) })
}

/** A press on a card: the cards as they stand now, also where it came too late. */
async function press(c: Ctx, deps: Deps, act: (tx: Tx) => Promise<unknown>): Promise<Response> {
  const { back } = await form(c, { back: z.literal('call').optional() })
  const show = async (values: Values = {}, status: 200 | 422 = 200) =>
    fragment(c, deps, 'calls/desk', 'calls', { ...(await deskCallsOf(deps, c.var.me)), ...values }, status)
  try {
    await deps.transact(c.var.me.actor, act)
    if (back) return seeOther(c, `/calls/${pathId<CallId>(c)}`)
    return wantsPart(c) ? show() : seeOther(c, '/desk')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return wantsPart(c) ? show({ refused: error }, 422) : showCall(c, deps, pathId<CallId>(c), { refused: error }, 422)
  }
}

async function showCall(
  c: Ctx,
  deps: Deps,
  id: CallId,
  values: Values = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const { me } = c.var
  const call = await viewCall(deps.db, id)
  if (call.test && !me.capabilities.has('settings.edit') && !me.capabilities.has('call.work')) throw new NotFound()
  const card = await cardOf(deps, me, call)
  const recordings = await listRecordings(deps.db, [id])
  const acts = me.capabilities.has('call.work') && (card.mine || me.capabilities.has('desk.lead'))
  const spoke = call.answeredAt !== null || call.claimedBy !== null
  const unheld = call.answeredAt !== null && !call.answeredBy && !call.claimedBy
  const shown = {
    call: card,
    recordings,
    sees: seesCaller(me, call),
    logs: acts && spoke && !unheld && !call.loggedAt,
    claims: unheld && me.capabilities.has('call.work'),
  }
  return partOrPage(c, deps, 'calls/show', 'call', { ...shown, ...values }, status)
}
