import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CorrectionId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { decideCorrection, withdrawCorrection } from './actions.ts'
import { listCorrections } from './queries.ts'
import { isLocked, REASON_LETTERS, whyNotDecide } from './rules.ts'

type Ctx = Context<Env>
const AT_ONCE = 100

/** /attendance/corrections: what people ask to have corrected, and what became of it. */
export const correctionRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'attendance.decide'), (c) => {
      query(c, {})
      return show(c, deps)
    })
    .post('/:id/decision', staffOnly(deps, 'attendance.decide'), async (c) => {
      const fields = { outcome: z.enum(['approved', 'refused']), answer: optionalText(REASON_LETTERS) }
      const typed = await form(c, fields)
      const id = pathId<CorrectionId>(c)
      try {
        await deps.transact(c.var.me.actor, (tx) => decideCorrection(tx, id, typed))
        return seeOther(c, '/attendance/corrections')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed: { id, ...typed }, refused: error }, 422)
      }
    })
    .post('/:id/withdrawal', staffOnly(deps, 'attendance.own'), async (c) => {
      await form(c, {})
      const id = pathId<CorrectionId>(c)
      await deps.transact(c.var.me.actor, (tx) => withdrawCorrection(tx, id))
      return seeOther(c, '/attendance/hours')
    })

async function show(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const now = deps.clock.now()
  const { recordLockHours } = await currentSettings(deps.db)
  const isHr = me.capabilities.has('attendance.excuse')
  const all = (await listCorrections(deps.db, AT_ONCE)).map((one) => {
    const locked = isLocked(one, recordLockHours, now)
    return { ...one, whyNot: one.state === 'asked' ? whyNotDecide(one, { id: me.staffId, isHr, locked }) : null }
  })
  const shown = {
    asked: all.filter(({ state }) => state === 'asked'),
    done: all.filter(({ state }) => state !== 'asked'),
  }
  return wantsPart(c) && status === 200
    ? fragment(c, deps, 'attendance/corrections', 'corrections', { ...shown, ...values })
    : page(c, deps, 'attendance/corrections', { ...shown, ...values }, status)
}
