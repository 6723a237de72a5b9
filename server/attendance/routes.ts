import { type Context, Hono } from 'hono'
import type { ShiftId } from '../kernel/ids.ts'
import { Refusal } from '../kernel/refusal.ts'
import { myNight } from '../obligations/contributions.ts'
import { confirmationCard } from '../roster/confirmations/contributions.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { form, optionalText, rowId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, seeOther, wantsJson } from '../web/page.ts'
import { checkIn, checkOut, endBreak, startBreak } from './actions.ts'
import { dutyCard } from './contributions.ts'

const BACK = { back: optionalText(300).optional() }
/** A page of ours that a duty button stands on. */
const ownPath = (path: string | undefined): string => (path && /^\/(?![/\\])[^\\\s]*$/.test(path) ? path : '/duty')

/** What else a person's own page begins with: while a company moves in, what is left to do. */
export type ListSteps = (
  db: Reader,
  me: SignedIn,
  at: { now: Date; zone: string },
) => Promise<readonly { name: string; done: boolean; href: string }[] | null>

/** My night: where I stand now, one press on post, break, back, off; what is due from me; and what comes next. */
export const attendanceRoutes = (deps: Deps, listSteps: ListSteps) => {
  const show = async (
    c: Context<Env>,
    values: Record<string, unknown> = {},
    status: 200 | 422 = 200,
  ): Promise<Response> => {
    const { db, clock, config } = deps
    const now = clock.now()
    const [card, steps, night, confirm] = await Promise.all([
      dutyCard(db, c.var.me.staffId, now),
      listSteps(db, c.var.me, { now, zone: config.timeZone }),
      myNight(deps, c.var.me.staffId),
      confirmationCard(deps, c.var.me.staffId),
    ])
    return page(c, deps, 'attendance/duty', { card, steps, night, confirm, ...values }, status)
  }
  /** As a program gets it (desk/protocol.md). */
  const tell = async (c: Context<Env>): Promise<Response> => {
    const { state, shift, breakEndsBy } = await dutyCard(deps.db, c.var.me.staffId, deps.clock.now())
    return c.json({
      state,
      shift: shift && {
        id: shift.id,
        post: shift.post,
        from: shift.from.toISOString(),
        to: shift.to.toISOString(),
      },
      breakEndsBy: breakEndsBy?.toISOString() ?? null,
    })
  }
  const acting = async (
    c: Context<Env>,
    back: string | undefined,
    act: (tx: Tx) => Promise<void>,
  ): Promise<Response> => {
    try {
      await deps.transact(c.var.me.actor, act)
      return wantsJson(c) ? tell(c) : seeOther(c, ownPath(back))
    } catch (error) {
      if (!(error instanceof Refusal) || wantsJson(c)) throw error
      return show(c, { refused: error }, 422)
    }
  }
  return new Hono<Env>()
    .get('/duty', staffOnly(deps), (c) => (wantsJson(c) ? tell(c) : show(c)))
    .post('/duty/check-in', staffOnly(deps, 'attendance.own'), async (c) => {
      const { shift, back } = await form(c, { shift: rowId, ...BACK })
      return acting(c, back ?? '/desk', (tx) => checkIn(tx, shift as ShiftId))
    })
    .post('/duty/break', staffOnly(deps, 'attendance.own'), async (c) =>
      acting(c, (await form(c, BACK)).back, startBreak),
    )
    .post('/duty/return', staffOnly(deps, 'attendance.own'), async (c) =>
      acting(c, (await form(c, BACK)).back, endBreak),
    )
    .post('/duty/check-out', staffOnly(deps, 'attendance.own'), async (c) =>
      acting(c, (await form(c, BACK)).back, checkOut),
    )
}
