import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { LANGUAGES } from '../kernel/language.ts'
import { Refusal, refusal } from '../kernel/refusal.ts'
import { dayPartOf, localOf } from '../kernel/time.ts'
import { system } from '../platform/actor.ts'
import { formToken } from '../platform/tokens.ts'
import { currentSettings } from '../settings/queries.ts'
import { forgetPreSessions, keepLanguage, SESSION_COOKIE, THEME_COOKIE, writeCookie } from '../web/cookies.ts'
import { tokenFor } from '../web/cross-site.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { facade } from '../web/facade.ts'
import { form, ownPath, query, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, seeOther, wantsJson } from '../web/page.ts'
import { signIn, signOut } from './actions.ts'
import { describeMe } from './as-json.ts'
import { placeOf } from './place.ts'
import { demoSignIns, isInhabited, setLanguage, tonightInBrief } from './queries.ts'
import { DEMO_PASSWORD } from './rules.ts'

const YEAR_SECONDS = 365 * 86_400
const FIELDS = { login: text(80), password: text(200), next: ownPath.optional() }

export const accountRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/sign-in', async (c) => {
      const { next } = query(c, { next: ownPath.optional() })
      if (wantsJson(c)) return c.json({ token: tokenFor(c, deps.secret) })
      if (!deps.config.demo && !(await isInhabited(deps.db))) return seeOther(c, '/setup')
      return showSignIn(c, deps, { next })
    })
    .post('/sign-in', async (c) => {
      const { next, ...typed } = await form(c, FIELDS)
      const attempt = { ...typed, ...placeOf(c, deps) }
      try {
        const opened = await deps.transact(system, (tx) => signIn(tx, attempt))
        if (!opened) throw refusal('accounts.wrong', {}, 'password')
        writeCookie(c, SESSION_COOKIE, opened.token, opened.maxAgeSeconds)
        forgetPreSessions(c)
        const me = await deps.whoIs(opened.token)
        if (me && wantsJson(c)) return c.json(describeMe(me, formToken(deps.secret, opened.token)))
        return seeOther(c, next ?? homeOf(me))
      } catch (error) {
        if (!(error instanceof Refusal) || wantsJson(c)) throw error
        return showSignIn(c, deps, { next, typed: { login: typed.login }, refused: error }, 422)
      }
    })
    .post('/sign-out', staffOnly(deps), async (c) => {
      await form(c, {})
      const { sessionId, actor } = c.var.me
      await deps.transact(actor, (tx) => signOut(tx, sessionId))
      deps.live.cut('/desk', `session:${sessionId}`)
      writeCookie(c, SESSION_COOKIE, '', 0)
      return wantsJson(c) ? c.json({}) : seeOther(c, '/sign-in')
    })
    .post('/language', async (c) => {
      const { language, back } = await form(c, { language: z.enum(LANGUAGES), back: ownPath.optional() })
      keepLanguage(c, language)
      return seeOther(c, back ?? '/')
    })
    .post('/me/language', staffOnly(deps), async (c) => {
      const { language, back } = await form(c, { language: z.enum(LANGUAGES), back: ownPath.optional() })
      await setLanguage(deps.db, c.var.me.staffId, language)
      keepLanguage(c, language)
      return seeOther(c, back ?? '/')
    })
    .post('/theme', async (c) => {
      const { theme, back } = await form(c, {
        theme: z.enum(['dark', 'light', 'auto']),
        back: ownPath.optional(),
      })
      writeCookie(c, THEME_COOKIE, theme, YEAR_SECONDS)
      return seeOther(c, back ?? '/')
    })

/** Where a person's work is. */
export function homeOf(me: SignedIn | undefined): string {
  if (me?.capabilities.has('desk.work')) return '/desk'
  if (me?.capabilities.has('roster.edit')) return '/roster'
  return '/duty'
}

async function showSignIn(
  c: Context<Env>,
  deps: Deps,
  values: Record<string, unknown>,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { db, clock, config } = deps
  const now = clock.now()
  const [tonight, { nightStart: start, nightEnd: end }] = await Promise.all([
    tonightInBrief(db, now),
    currentSettings(db),
  ])
  const zone = config.timeZone
  return page(
    c,
    deps,
    'accounts/sign-in',
    {
      ...values,
      moment: dayPartOf(now, { start, end, zone }),
      hello: helloAt(localOf(now, zone).time),
      tonight,
      awake: tonight.onPost > 0,
      facade: facade(56, 35, Math.min(1, tonight.onPost), [23, 1]),
      demo: config.demo ? { password: DEMO_PASSWORD, people: groupByWhat(await demoSignIns(db, now)) } : null,
    },
    status,
  )
}

type DemoPerson = Awaited<ReturnType<typeof demoSignIns>>[number]
const groupByWhat = (people: readonly DemoPerson[]): { what: string; people: DemoPerson[] }[] =>
  [...new Set(people.map(({ what }) => what))].map((what) => ({
    what,
    people: people.filter((one) => one.what === what),
  }))

const helloAt = (time: string): 'morning' | 'afternoon' | 'evening' =>
  time >= '18:00' || time < '05:00' ? 'evening' : time < '12:00' ? 'morning' : 'afternoon'
