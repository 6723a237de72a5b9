import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { ShiftId, StaffId, SwapId } from '../../kernel/ids.ts'
import { Denied, NotFound, Refusal } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import { download } from '../../web/download.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, partOrPage, seeOther } from '../../web/page.ts'
import { uploaded } from '../../web/uploads.ts'
import { findAsked } from '../confirmations/queries.ts'
import { getShift } from '../queries.ts'
import * as act from './actions.ts'
import { approveSwap, rejectSwap } from './deciding/actions.ts'
import { listCandidates } from './eligibility/queries.ts'
import { isUrgentBack, listCovers, listTrades } from './judging.ts'
import { listGivable, listInReview, listSwaps, listSwapsOf, type SwapView, viewSwap } from './lists/queries.ts'
import { PROOF_BYTES, withProof } from './proof/actions.ts'
import { findDraft, getSwap } from './queries.ts'
import { keepSwap, reverseSwap } from './reversing/actions.ts'
import { isEmergency, REASON_LETTERS, SWAP_STATES } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>
/** A file and what the form needs around it. */
export const PROOF_FORM_BYTES = PROOF_BYTES + 50_000
const MOST = 60
const GIVABLE = 20
const AS = { as: z.enum(['hr', 'manager']) }

/** /roster/swaps: mine with what is asked of me, those to decide, the form of one, and one with all its acts. */
export function swapRoutes(deps: Deps) {
  const mine = staffOnly(deps, 'attendance.own')
  const zone = deps.config.timeZone
  const acting = async (
    c: Ctx,
    what: (tx: Tx, id: SwapId) => Promise<unknown>,
    typed: Values = {},
  ): Promise<Response> => {
    const id = pathId<SwapId>(c)
    try {
      await deps.transact(c.var.me.actor, (tx) => what(tx, id))
      return seeOther(c, `/roster/swaps/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showOne(c, deps, { typed, refused: { [error.field ?? 'form']: error } }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', mine, async (c) => {
      const swaps = await listSwapsOf(deps.db, c.var.me.staffId, MOST)
      const me = c.var.me.staffId
      return partOrPage(c, deps, 'swaps/mine', 'mine', {
        asked: swaps.filter(({ state, substitute }) => state === 'awaiting_substitute' && substitute?.id === me),
        swaps,
        me,
        givable: await listGivable(deps.db, { of: me }, { now: deps.clock.now(), limit: GIVABLE }),
      })
    })
    .get('/review', mine, async (c) => {
      if (!decides(c)) throw new Denied('roster.edit')
      const { state } = query(c, { state: z.enum([...SWAP_STATES, '']).optional() })
      return partOrPage(c, deps, 'swaps/review', 'review', {
        waiting: await listInReview(deps.db),
        all: await listSwaps(deps.db, state || null, MOST),
        state: state || null,
        states: SWAP_STATES,
      })
    })
    .get('/new', mine, async (c) => {
      const asked = query(c, { shift: rowId, back: rowId.optional(), with: rowId.optional() })
      return showForm(c, deps, asked.shift as ShiftId, { typed: { substitute: asked.with, back: asked.back } })
    })
    .post('/', mine, async (c) => {
      const typed = await form(c, {
        shift: rowId,
        substitute: rowId.or(z.literal('')).optional(),
        back: rowId.or(z.literal('')).optional(),
        reason: optionalText(REASON_LETTERS),
      })
      const proof = uploaded(c, 'proof')
      try {
        const whom = await askedBy(deps.db, typed)
        const id = await withProof(deps.files, proof, (kept) =>
          deps.transact(c.var.me.actor, (tx) =>
            act.askSwap(
              tx,
              {
                shiftId: typed.shift as ShiftId,
                ...whom,
                reason: typed.reason,
                proof: kept,
              },
              zone,
            ),
          ),
        )
        return seeOther(c, `/roster/swaps/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showForm(c, deps, typed.shift as ShiftId, { typed, refused: { [error.field ?? 'form']: error } }, 422)
      }
    })
    .get('/:id', mine, (c) => showOne(c, deps, {}))
    .get('/:id/proof', mine, async (c) => {
      const swap = await getSwap(deps.db, pathId<SwapId>(c))
      if (!swap.proof || !mayRead(c, swap.requesterId, null)) throw new NotFound()
      return download(c, deps.files, swap.proof)
    })
    .post('/:id/acceptance', mine, async (c) => {
      await form(c, {})
      return acting(c, (tx, id) => act.acceptSwap(tx, id, zone))
    })
    .post('/:id/refusal', mine, async (c) => {
      const typed = await form(c, { answer: optionalText(REASON_LETTERS) })
      return acting(c, (tx, id) => act.declineSwap(tx, id, typed.answer), typed)
    })
    .post('/:id/withdrawal', mine, async (c) => {
      await form(c, {})
      return acting(c, act.withdrawSwap)
    })
    .post('/:id/approval', mine, async (c) => {
      const { as } = await form(c, AS)
      return acting(c, (tx, id) => approveSwap(tx, id, as, zone))
    })
    .post('/:id/rejection', mine, async (c) => {
      const typed = await form(c, { ...AS, answer: optionalText(REASON_LETTERS) })
      return acting(c, (tx, id) => rejectSwap(tx, id, typed.as, typed.answer), typed)
    })
    .post('/:id/reversal', mine, async (c) => {
      await form(c, {})
      return acting(c, (tx, id) => reverseSwap(tx, id, zone))
    })
    .post('/:id/keeping', mine, async (c) => {
      await form(c, {})
      return acting(c, keepSwap)
    })
}

function chosen(substitute: string | undefined): StaffId {
  if (!substitute) throw new Refusal('swaps.nobody_chosen', {}, 'substitute')
  return substitute as StaffId
}

const decides = (c: Ctx): boolean =>
  c.var.me.capabilities.has('roster.edit') || c.var.me.capabilities.has('swap.emergency')
/** Both of them, and whoever decides; a proof is for whoever brought it and whoever decides. */
/** Whoever has the shift that is wanted in return is asked to trade: they may do that also where the rules let them cover nothing. */
async function askedBy(
  db: Reader,
  { substitute, back }: { readonly substitute?: string | undefined; readonly back?: string | undefined },
): Promise<{ substituteId: StaffId; backShiftId: ShiftId | null }> {
  if (!back) return { substituteId: chosen(substitute), backShiftId: null }
  const { id, staffId } = await getShift(db, back as ShiftId)
  return { substituteId: staffId, backShiftId: id }
}

const mayRead = (c: Ctx, requester: StaffId, substitute: StaffId | null): boolean =>
  c.var.me.staffId === requester || c.var.me.staffId === substitute || decides(c)

async function showOne(c: Ctx, deps: Deps, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const one = await viewSwap(deps.db, pathId<SwapId>(c))
  if (!mayRead(c, one.requester.id, one.substitute?.id ?? null)) throw new NotFound()
  const theirs = one.requester.id === me.staffId || one.substitute?.id === me.staffId
  const review = one.state === 'hr_review' && !theirs
  const ahead = one.shift !== null && one.shift.from > deps.clock.now()
  return partOrPage(
    c,
    deps,
    'swaps/show',
    'one',
    {
      one,
      asksMe: one.state === 'awaiting_substitute' && one.substitute?.id === me.staffId,
      stepsBack: one.state === 'hr_review' && one.substitute?.id === me.staffId,
      withdraws: ['draft', 'awaiting_substitute', 'hr_review'].includes(one.state) && one.requester.id === me.staffId,
      roles: review ? rolesOf(c, one) : [],
      reverses: one.state === 'applied' && theirs && ahead,
      reversalMine: one.reversalBy === me.staffId,
      seesProof: one.proof !== null && mayRead(c, one.requester.id, null),
      decides: decides(c),
      letters: REASON_LETTERS,
      ...values,
    },
    status,
  )
}

/** As what this person may still decide about it; never as both. */
function rolesOf({ var: { me } }: Ctx, { emergency, hr, manager }: SwapView): ('hr' | 'manager')[] {
  const asHr = me.capabilities.has('roster.edit') && !hr && manager?.id !== me.staffId
  const asManager = emergency && me.capabilities.has('swap.emergency') && !manager && hr?.id !== me.staffId
  return [...(asHr ? (['hr'] as const) : []), ...(asManager ? (['manager'] as const) : [])]
}

/** Only those who may are offered, the least loaded first; a trade shows what they would give for it. */
async function showForm(
  c: Ctx,
  deps: Deps,
  shiftId: ShiftId,
  values: Values,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { db, clock } = deps
  const me = c.var.me.staffId
  const shift = await getShift(db, shiftId)
  if (shift.staffId !== me) throw new NotFound()
  const now = clock.now()
  const at = { now, zone: deps.config.timeZone }
  const [people, asked, settings, draft, givable] = await Promise.all([
    listCandidates(db, shift.night),
    findAsked(db, shiftId),
    currentSettings(db),
    findDraft(db, shiftId, me),
    listGivable(db, { around: shift.night.slice(0, 7) }, { now, limit: 1000 }),
  ])
  const covers = await listCovers(db, shift, people, at)
  const urgent = isEmergency(shift, asked?.latePublished ?? false, now, settings.swapHours)
  const trades = await Promise.all(
    (await listTrades(db, shift, { people, givable, most: MOST, at })).map(async (trade) => ({
      ...trade,
      urgent: !urgent && (await isUrgentBack(db, trade.theirs, now, settings.swapHours)),
    })),
  )
  return page(
    c,
    deps,
    'swaps/new',
    {
      shift,
      covers,
      trades,
      emergency: urgent,
      // What comes back in a trade may begin sooner than what is given for it (row 23).
      proves: urgent || trades.some((trade) => trade.urgent),
      latePublished: asked?.latePublished ?? false,
      begun: shift.from <= now,
      swapHours: settings.swapHours,
      // The draft follows a moment after "I cannot"; its words are there at once.
      said: draft?.reason ?? asked?.cannotReason ?? '',
      letters: REASON_LETTERS,
      ...values,
    },
    status,
  )
}
