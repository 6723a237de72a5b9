import { type Context, Hono } from 'hono'
import type { OfferId, StaffId, TicketId } from '../kernel/ids.ts'
import { Refusal } from '../kernel/refusal.ts'
import { onOneLine } from '../platform/connection.ts'
import { findOpenAssignment } from '../tickets/assignments/queries.ts'
import type { Around } from '../tickets/conversation/around.ts'
import { conversationOf } from '../tickets/conversation/contributions.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { form, optionalText, pathId, query, rowId, wholeNumber } from '../web/forms.ts'
import { needOf, staffOnly } from '../web/guard.ts'
import { fragment, partOrPage, seeOther, wantsJson, wantsPart } from '../web/page.ts'
import { deskAsJson } from './as-json.ts'
import { currentIn, hadTonight, idleOf, listOf, offerOf, placesIn } from './list.ts'
import { giveTicket, passOffer, takeOffer, takeTicket } from './offers/actions.ts'
import { getOffer } from './offers/queries.ts'

type Values = Record<string, unknown>

/** The desk: the offer, the queue, and one conversation beside it. */
export const deskRoutes = (deps: Deps, around: Around) =>
  new Hono<Env>()
    .get('/', staffOnly(deps), async (c) => {
      if (!wantsJson(c)) return showDesk(c, deps, around)
      needOf(c.var.me, 'desk.work')
      return c.json(await deskAsJson(deps, c.var.me))
    })
    .get('/offer', staffOnly(deps, 'desk.work'), async (c) => part(c, deps, 'offer', await offerOf(deps, c.var.me)))
    .get('/queue', staffOnly(deps, 'desk.work'), async (c) => {
      const { keep } = query(c, { keep: optionalText(4000).optional() })
      const current = currentIn(c.req.header('hx-current-url'))
      return part(c, deps, 'queue', await listOf(deps, c.var.me, current, placesIn(keep)))
    })
    .get('/tonight', staffOnly(deps, 'desk.work'), async (c) =>
      showDesk(c, deps, around, undefined, await hadTonight(deps, c.var.me)),
    )
    .get('/:id{[0-9]+}', staffOnly(deps), async (c) => showDesk(c, deps, around, pathId<TicketId>(c)))
    .post('/offers/:id/acceptance', staffOnly(deps, 'desk.work'), async (c) => {
      await form(c, {})
      const id = pathId<OfferId>(c)
      try {
        const { ticketId, epoch } = await deps.transact(c.var.me.actor, (tx) => takeOffer(tx, id))
        if (wantsJson(c)) return c.json({ ticketId, epoch })
        return seeOther(c, `/desk/${ticketId}`)
      } catch (error) {
        if (!(error instanceof Refusal) || wantsJson(c)) throw error
        const mine = await alreadyMine(deps, id, c.var.me.staffId)
        return mine ? seeOther(c, `/desk/${mine}`) : refuseOffer(c, deps, around, error)
      }
    })
    .post('/offers/:id/pass', staffOnly(deps, 'desk.work'), async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => passOffer(tx, pathId<OfferId>(c)))
      if (wantsJson(c)) return c.json({})
      return wantsPart(c) ? part(c, deps, 'offer', await offerOf(deps, c.var.me)) : seeOther(c, '/desk')
    })

/** The duty manager takes or gives a conversation; one that somebody has, only as it stood on the screen. */
export const assignmentRoutes = (deps: Deps, around: Around) =>
  new Hono<Env>().post('/:id/assignment', staffOnly(deps, 'desk.lead'), async (c) => {
    const { staff, epoch, back } = await form(c, {
      staff: rowId.optional(),
      epoch: wholeNumber.optional(),
      back: optionalText(20).optional(),
    })
    const id = pathId<TicketId>(c)
    try {
      await deps.transact(c.var.me.actor, async (tx) => {
        if (staff) await giveTicket(tx, id, staff as StaffId, epoch)
        else await takeTicket(tx, id, epoch)
      })
      if (wantsJson(c)) return c.json({})
      return seeOther(c, back === '/board' ? '/board' : `/desk/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal) || wantsJson(c)) throw error
      return showDesk(c, deps, around, id, { refused: error }, 422)
    }
  })

async function showDesk(
  c: Context<Env>,
  deps: Deps,
  around: Around,
  id?: TicketId,
  values: Values = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const { me } = c.var
  const nothing = (house: Deps) => ('tonight' in values ? {} : idleOf(house, me))
  // After taking an offer htmx has followed here: the address is that of the conversation.
  if (wantsPart(c) && id) c.header('hx-push-url', `/desk/${id}`)
  const works = me.capabilities.has('desk.work')
  const [one, offer, list, top] = await onOneLine(deps.db, (db) => {
    const house = { ...deps, db }
    const beside = works && !wantsPart(c)
    return Promise.all([
      id ? conversationOf(house, me, id, around) : nothing(house),
      beside ? offerOf(house, me) : {},
      beside ? listOf(house, me, id, []) : {},
      beside ? topOf(house, around, me) : {},
    ])
  })
  return partOrPage(c, deps, 'desk/show', 'one', { works, ...offer, ...list, ...top, ...one, ...values }, status)
}

/** What calls for a hand, on top of the queue. */
async function topOf(house: Deps, around: Around, me: SignedIn): Promise<Values> {
  return { onTop: (await Promise.all(around.onTop.map((one) => one(house, me)))).filter((one) => one !== null) }
}

/** A live part for htmx; without it the page that it belongs to. */
const part = (c: Context<Env>, deps: Deps, name: string, values: Values): Response | Promise<Response> =>
  wantsPart(c) ? fragment(c, deps, 'desk/parts', name, values) : seeOther(c, '/desk')

/** Too late: the words stand where the offer stood. */
async function refuseOffer(c: Context<Env>, deps: Deps, around: Around, refused: Refusal): Promise<Response> {
  if (!wantsPart(c)) return showDesk(c, deps, around, undefined, { refused }, 422)
  c.header('hx-retarget', '#desk-offer')
  c.header('hx-reswap', 'outerMorph')
  return fragment(c, deps, 'desk/parts', 'offer', { ...(await offerOf(deps, c.var.me)), refused }, 422)
}

/** A second press of the same button. */
async function alreadyMine({ db }: Deps, id: OfferId, staffId: StaffId): Promise<TicketId | undefined> {
  const { ticketId, staffId: asked } = await getOffer(db, id)
  const open = await findOpenAssignment(db, ticketId)
  return asked === staffId && open?.staffId === staffId ? ticketId : undefined
}
