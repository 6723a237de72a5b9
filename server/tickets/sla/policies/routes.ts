import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CategoryId } from '../../../kernel/ids.ts'
import { Refusal } from '../../../kernel/refusal.ts'
import { currentSettings, listCategories } from '../../../settings/queries.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { form, pathId, rowId } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { page, seeOther } from '../../../web/page.ts'
import { listPolicies } from '../queries.ts'
import { CHANNEL_KINDS, type Policy, PRIORITIES, usualPolicy } from '../rules.ts'
import { addPolicy, endPolicy } from './actions.ts'

const whole = (max: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,6}$/)
    .transform(Number)
    .pipe(z.number().max(max))
const DAY_SECONDS = 86_400
const POLICY = {
  channel: z.enum(CHANNEL_KINDS).or(z.literal('')),
  category: rowId.or(z.literal('')),
  priority: z.enum(PRIORITIES).or(z.literal('')),
  firstSeconds: whole(DAY_SECONDS),
  nextSeconds: whole(DAY_SECONDS),
  resolutionMinutes: whole(60 * 24 * 30),
  hours: z.enum(['always', 'night']),
}

/** Agreed times by channel, category and urgency; where none fits, those of the clocks page hold. */
export const policyPages = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, (c) => show(c, deps, {}))
    .post('/', edits, async (c) => {
      const typed = await form(c, POLICY)
      const { channel, category, priority, resolutionMinutes, ...times } = typed
      const policy = {
        ...times,
        resolutionSeconds: resolutionMinutes * 60,
        channel: channel || null,
        categoryId: (category || null) as CategoryId | null,
        priority: priority || null,
      }
      try {
        await deps.transact(c.var.me.actor, (tx) => addPolicy(tx, policy))
        return seeOther(c, '/settings/sla')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: error }, 422)
      }
    })
    .post('/:id{[0-9]+}/removal', edits, async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => endPolicy(tx, pathId(c)))
      return seeOther(c, '/settings/sla')
    })
}

async function show(
  c: Context<Env>,
  { db, ...deps }: Deps,
  values: Record<string, unknown>,
  status: 200 | 422 = 200,
): Promise<Response> {
  const [policies, categories, usual] = await Promise.all([listPolicies(db), listCategories(db), currentSettings(db)])
  const shown = policies.map((one) => ({
    ...inMinutes(one),
    category: categories.find(({ id }) => id === one.categoryId) ?? null,
  }))
  // What holds where none of them fits, in the same words.
  const house = CHANNEL_KINDS.map((channel) => ({ channel, ...inMinutes(usualPolicy(channel, usual)) }))
  const choices = { channels: CHANNEL_KINDS, priorities: PRIORITIES, categories, usual, house }
  return page(c, { db, ...deps }, 'sla/policies', { policies: shown, ...choices, ...values }, status)
}

const inMinutes = <P extends Policy>(policy: P) => ({
  ...policy,
  resolutionMinutes: Math.round(policy.resolutionSeconds / 60),
})
