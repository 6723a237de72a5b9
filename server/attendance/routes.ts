import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { PresenceQuestionId, ShiftId, SlipId, StaffId } from '../kernel/ids.ts'
import { Refusal } from '../kernel/refusal.ts'
import { comingNight } from '../kernel/time.ts'
import { myNight } from '../obligations/contributions.ts'
import { confirmationCard } from '../roster/confirmations/contributions.ts'
import { listBackups } from '../roster/leading/backups/queries.ts'
import { signatureCard } from '../roster/signatures/contributions.ts'
import type { Reader, Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { clientAddress } from '../web/address.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { form, optionalText, ownPath, pathId, rowId, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsJson, wantsPart } from '../web/page.ts'
import { checkIn, checkOut, endBreak, type Proof, startBreak } from './actions.ts'
import { noteWrongCode } from './arrivals/actions.ts'
import { listToState } from './cases/queries.ts'
import { dutyCard } from './contributions.ts'
import type { Gate } from './gates.ts'
import { isInOffice } from './places/office.ts'
import { answerPresence } from './presence/actions.ts'
import { askedNow } from './presence/queries.ts'
import { findOpenAttendance } from './queries.ts'
import { answerLeave, askLeave, withdrawLeave } from './slips/actions.ts'
import { findOpenSlip, listAskedOf, listCovers } from './slips/queries.ts'
import { stayOn } from './stays/actions.ts'

/** The page that a duty button stands on. */
const BACK = { back: ownPath.optional() }

/** What else a person's own page begins with: while a company moves in, what is left to do. */
export type ListSteps = (
  db: Reader,
  me: SignedIn,
  at: { now: Date; zone: string },
) => Promise<readonly { name: string; done: boolean; href: string }[] | null>

/** My night: where I stand now, one press on post, break, back, off; what is due from me; and what comes next. */
export const attendanceRoutes = (deps: Deps, listSteps: ListSteps, gates: readonly Gate[]) => {
  const show = async (
    c: Context<Env>,
    values: Record<string, unknown> = {},
    status: 200 | 422 = 200,
  ): Promise<Response> => {
    const { db, clock, config } = deps
    const now = clock.now()
    const { nightStart: start, nightEnd: end } = await currentSettings(db)
    const from = comingNight(now, { start, end, zone: config.timeZone })
    const [standing, backups, steps, night, confirm, signature] = await Promise.all([
      standingNow(c),
      listBackups(db, { staffId: c.var.me.staffId, from }),
      listSteps(db, c.var.me, { now, zone: config.timeZone }),
      myNight(deps, c.var.me.staffId),
      confirmationCard(deps, c.var.me.staffId),
      signatureCard(db, c.var.me.staffId),
    ])
    return page(
      c,
      deps,
      'attendance/duty',
      { ...standing, backups, steps, night, confirm, signature, ...values },
      status,
    )
  }
  /** What of the page changes while it is open: where the person stands, and what comes of a leave that they asked for. */
  const standingNow = async (c: Context<Env>) => {
    const { staffId } = c.var.me
    const card = await dutyCard(deps.db, staffId, deps.clock.now())
    return { card, scanned: scannedIn(c), ...(await leavingOf(deps, staffId)) }
  }
  /** As a program gets it (desk/protocol.md). */
  const tell = async (c: Context<Env>): Promise<Response> => {
    const { staffId } = c.var.me
    const { state, shift, breakEndsBy } = await dutyCard(deps.db, staffId, deps.clock.now())
    const presence = await askedNow(deps.db, staffId)
    return c.json({
      state,
      shift: shift && {
        id: shift.id,
        post: shift.post,
        from: shift.from.toISOString(),
        to: shift.to.toISOString(),
      },
      breakEndsBy: breakEndsBy?.toISOString() ?? null,
      presence: presence && { id: presence.id, answerBy: presence.answerBy.toISOString() },
    })
  }
  const acting = async (
    c: Context<Env>,
    back: string | undefined,
    act: (tx: Tx) => Promise<void>,
  ): Promise<Response> => {
    try {
      await deps.transact(c.var.me.actor, act)
      return wantsJson(c) ? tell(c) : seeOther(c, back ?? '/duty')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // In a transaction of its own: what refuses a code takes back whatever it wrote.
      if (error.code === 'attendance.wrong_code') await deps.transact(c.var.me.actor, noteWrongCode)
      if (wantsJson(c)) throw error
      return show(c, { refused: error }, 422)
    }
  }
  return new Hono<Env>()
    .get('/duty', staffOnly(deps), (c) => (wantsJson(c) ? tell(c) : show(c)))
    .get('/duty/:part{now|leaving}', staffOnly(deps), async (c) => {
      if (!wantsPart(c)) return seeOther(c, '/duty')
      const part = c.req.param('part') === 'now' ? 'now' : 'leaving'
      return fragment(c, deps, 'attendance/duty', part, { ...(await standingNow(c)), here: '/duty' })
    })
    .post('/duty/check-in', staffOnly(deps, 'attendance.own'), async (c) => {
      const { shift, back, code } = await form(c, { shift: rowId, code: optionalText(20).optional(), ...BACK })
      const proof = await proofOf(c, deps, code)
      return acting(c, back ?? '/desk', (tx) => checkIn(tx, shift as ShiftId, { proof, gates }))
    })
    .post('/duty/leave', staffOnly(deps, 'attendance.own'), async (c) => {
      const { cover, reason } = await form(c, { cover: rowId, reason: text(200) })
      return acting(c, '/duty', (tx) => askLeave(tx, { coverId: cover as StaffId, reason }))
    })
    .post('/duty/leave/withdrawal', staffOnly(deps, 'attendance.own'), async (c) => {
      await form(c, {})
      return acting(c, '/duty', withdrawLeave)
    })
    .post('/duty/covers/:id', staffOnly(deps, 'attendance.own'), async (c) => {
      const { answer } = await form(c, { answer: z.enum(['yes', 'no']) })
      const id = pathId<SlipId>(c)
      return acting(c, '/duty', (tx) => answerLeave(tx, id, answer === 'yes'))
    })
    .post('/duty/presence/:id', staffOnly(deps, 'attendance.own'), async (c) => {
      const { back } = await form(c, BACK)
      const id = pathId<PresenceQuestionId>(c)
      return acting(c, back, (tx) => answerPresence(tx, id))
    })
    .post('/duty/stay', staffOnly(deps, 'attendance.own'), async (c) => acting(c, (await form(c, BACK)).back, stayOn))
    .post('/duty/break', staffOnly(deps, 'attendance.own'), async (c) =>
      acting(c, (await form(c, BACK)).back, startBreak),
    )
    .post('/duty/return', staffOnly(deps, 'attendance.own'), async (c) =>
      acting(c, (await form(c, BACK)).back, endBreak),
    )
    .post('/duty/check-out', staffOnly(deps, 'attendance.own'), async (c) =>
      acting(c, (await form(c, BACK)).back, (tx) => checkOut(tx, gates)),
    )
}

/** The code that a phone has read off the screen at the desk; whether it is the one of now is asked when it is pressed. */
const scannedIn = (c: Context<Env>): string | null => /^\d{6}$/.exec(c.req.query('code') ?? '')?.[0] ?? null

/** A code where one was typed or scanned; else from where the press came. What is enough the gate says. */
async function proofOf(c: Context<Env>, { db, config }: Deps, code: string | undefined): Promise<Proof> {
  const typed = code?.replace(/\s/g, '')
  if (typed) return { how: 'code', code: typed }
  const { officeRanges } = await currentSettings(db)
  return { how: isInOffice(clientAddress(c, config), officeRanges) ? 'office' : 'button' }
}

/** Leaving the post for a while: what is asked, who could cover, and what others ask of this person. */
async function leavingOf({ db, clock }: Deps, staffId: StaffId) {
  const [open, asked, toState, settings] = await Promise.all([
    findOpenAttendance(db, staffId),
    listAskedOf(db, staffId),
    listToState(db, staffId),
    currentSettings(db),
  ])
  const onDuty = open && open.from <= clock.now() && clock.now() < (open.staysUntil ?? open.to)
  const slip = open ? ((await findOpenSlip(db, open.id)) ?? null) : null
  return {
    asked,
    toState: toState.filter(({ statement }) => statement === null),
    slip,
    away: slip?.state === 'away',
    covers: onDuty && !open.breakEndsBy ? await listCovers(db, staffId, clock.now()) : null,
    slipMinutes: settings.slipMinutes,
  }
}
