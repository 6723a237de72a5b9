import { type Context, Hono } from 'hono'
import { Refusal } from '../kernel/refusal.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, query, wholeNumber } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, seeOther } from '../web/page.ts'
import { publishTerms } from './actions.ts'
import { currentTerms, listTerms } from './queries.ts'

/** GET /terms: what customers accept when they ask. GET /how-it-works: the way of a request and what both sides may expect (REGULATION row 60). */
export const policyRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/terms', async (c) => {
      const { version, body, publishedAt } = await currentTerms(deps.db)
      return page(c, deps, 'policies/terms', {
        version,
        publishedAt,
        paragraphs: body[c.var.language].split('\n').filter(Boolean),
      })
    })
    .get('/how-it-works', async (c) => {
      const { emergencyPhone, dayDeskPhone } = await currentSettings(deps.db)
      return page(c, deps, 'policies/flow', { phone: emergencyPhone || dayDeskPhone })
    })

/** Longer than the rules allow, so that they can say so in words; app.ts lets so much in. */
const LETTERS = 40_000
export const TERMS_BYTES = 400_000

/** The versions of the customers' terms, and the next one. */
export const termsRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const { published } = query(c, { published: wholeNumber.optional() })
      return show(c, deps, { published: published ?? null })
    })
    .post('/', edits, async (c) => {
      const typed = await form(c, { zh: optionalText(LETTERS), en: optionalText(LETTERS), seen: wholeNumber })
      try {
        const version = await deps.transact(c.var.me.actor, (tx) => publishTerms(tx, typed))
        return seeOther(c, `/settings/terms?published=${version}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: error }, 422)
      }
    })
}

async function show(c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 422 = 200) {
  const [inForce, versions] = await Promise.all([currentTerms(deps.db), listTerms(deps.db)])
  const typed = { zh: inForce.body['zh-CN'], en: inForce.body.en }
  return page(c, deps, 'policies/versions', { inForce, next: inForce.version + 1, versions, typed, ...values }, status)
}
