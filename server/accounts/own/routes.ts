import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { SessionId } from '../../kernel/ids.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'
import { SESSION_COOKIE, writeCookie } from '../../web/cookies.ts'
import { tokenFor } from '../../web/cross-site.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther, wantsJson } from '../../web/page.ts'
import { turns } from '../../web/turns.ts'
import { describeMe } from '../as-json.ts'
import { getPerson } from '../people/queries.ts'
import { placeOf } from '../place.ts'
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../rules.ts'
import { changeContact, changePassword, endOtherSessions, endOwnSession, noteWrongOld } from './actions.ts'
import { listSessions } from './queries.ts'
import { deviceOf } from './rules.ts'

const PASSWORD = { old: text(LONGEST_PASSWORD), password: text(LONGEST_PASSWORD), again: text(LONGEST_PASSWORD) }
const CONTACT = { phone: optionalText(40), email: optionalText(120), old: optionalText(LONGEST_PASSWORD) }

/** My account: how I sign in, where I am signed in, how colleagues reach me. */
export const ownRoutes = (deps: Deps) => {
  const me = staffOnly(deps)
  const noteWrong = (c: Context<Env>) => deps.transact(c.var.me.actor, noteWrongOld)
  // Each wrong password is counted before the next is looked at, also where many are sent at once.
  const inTurn = turns(1)
  return new Hono<Env>()
    .get('/', me, async (c) => {
      const { done } = query(c, { done: z.enum(['password', 'contact', 'sessions']).optional() })
      if (wantsJson(c)) return c.json(describeMe(c.var.me, tokenFor(c, deps.secret)))
      return show(c, deps, { done })
    })
    .post('/password', me, async (c) => {
      const { old, password, again } = await form(c, PASSWORD)
      try {
        if (password !== again) throw refusal('accounts.password_differs', {}, 'again')
        const opened = await inTurn(c.var.me.staffId, async () => {
          const one = await deps.transact(c.var.me.actor, (tx) =>
            changePassword(tx, { old, password, place: placeOf(c, deps) }),
          )
          if (one) return one
          await noteWrong(c)
          throw refusal('accounts.old_wrong', {}, 'old')
        })
        deps.live.cut('/desk', `staff:${c.var.me.staffId}`)
        writeCookie(c, SESSION_COOKIE, opened.token, opened.maxAgeSeconds)
        return seeOther(c, '/me?done=password')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { at: 'password', refused: error }, 422)
      }
    })
    .post('/contact', me, async (c) => {
      const { old, ...typed } = await form(c, CONTACT)
      const contact = { phone: typed.phone.trim() || null, email: typed.email.trim() || null }
      try {
        await inTurn(c.var.me.staffId, async () => {
          if (await deps.transact(c.var.me.actor, (tx) => changeContact(tx, { old, ...contact }))) return
          if (old !== '') await noteWrong(c)
          throw refusal(old === '' ? 'accounts.old_missing' : 'accounts.old_wrong', {}, 'old')
        })
        return seeOther(c, '/me?done=contact')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { at: 'contact', typed, refused: error }, 422)
      }
    })
    .post('/sessions/:id/ending', me, async (c) => {
      await form(c, {})
      const id = pathId<SessionId>(c)
      await deps.transact(c.var.me.actor, (tx) => endOwnSession(tx, id))
      deps.live.cut('/desk', `session:${id}`)
      return seeOther(c, '/me')
    })
    .post('/sessions/endings', me, async (c) => {
      await form(c, {})
      const { sessionId, staffId, actor } = c.var.me
      const others = (await listSessions(deps.db, staffId, deps.clock.now())).filter(({ id }) => id !== sessionId)
      await deps.transact(actor, (tx) => endOtherSessions(tx, sessionId))
      for (const { id } of others) deps.live.cut('/desk', `session:${id}`)
      return seeOther(c, '/me?done=sessions')
    })
}

async function show(c: Context<Env>, deps: Deps, values: Record<string, unknown> = {}, status: 200 | 422 = 200) {
  const { staffId, sessionId } = c.var.me
  const [person, sessions] = await Promise.all([
    getPerson(deps.db, staffId),
    listSessions(deps.db, staffId, deps.clock.now()),
  ])
  return page(
    c,
    deps,
    'me/show',
    {
      typed: { phone: person.phone ?? '', email: person.email ?? '' },
      ...values,
      person,
      sessions: sessions
        .map((session) => ({ ...session, ...deviceOf(session.browser), here: session.id === sessionId }))
        .toSorted((a, b) => Number(b.here) - Number(a.here)),
      shortest: SHORTEST_PASSWORD,
    },
    status,
  )
}
