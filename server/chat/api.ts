import { Hono } from 'hono'
import { welcomeVisitor } from '../customers/actions.ts'
import { wordsOf } from '../i18n/dictionaries.ts'
import type { Language } from '../kernel/language.ts'
import { system } from '../platform/actor.ts'
import type { CanText } from '../tickets/proofs/queries.ts'
import { answerOf, errorBody } from '../web/answers.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { answerError } from '../web/errors.ts'
import { json } from '../web/forms.ts'
import { type Bearer, ChatOpen } from './access.ts'
import { appealAs, emergencyPhone, noticeFor } from './conduct/notices.ts'
import { worded } from './conduct/words.ts'
import { gateOf } from './gate.ts'
import { greeting } from './greeting.ts'
import { rangeHere } from './ranges.ts'
import { requestRoutes } from './requests/api.ts'
import { LIMITS } from './rules.ts'
import { APPEAL, VISITOR } from './shapes.ts'

/** The customer's protocol over HTTP, for any client (protocol.md). */
export function chatApiRoutes(deps: Deps, canText: CanText) {
  const gate = gateOf(deps)
  const app = new Hono<Env>()
  app.onError((error, c) => {
    if (!(error instanceof ChatOpen) || !error.ticketId) return answerError(deps, error, c)
    const { error: said } = errorBody(wordsOf(c.var.language), answerOf(error))
    return c.json({ error: { ...said, ticketId: error.ticketId } }, 409)
  })
  app.use(gate.origin)
  app.get('/desk', gate.pace, gate.plain, async (c) => {
    const { onPost, open, faces, opensAt, promisedBy, terms, topics } = await greeting(deps)
    return c.json({
      open,
      onPost,
      faces,
      opensAt: opensAt?.toISOString() ?? null,
      promisedBy: promisedBy?.toISOString() ?? null,
      termsVersion: terms,
      topics,
      limits: LIMITS,
    })
  })
  app.post('/visitors', gate.pace, gate.plain, gate.calm, gate.newcomers, gate.ofRange, async (c) => {
    const { language } = await json(c, VISITOR)
    const { token, expiresAt } = await deps.transact(system, (tx) => welcomeVisitor(tx, language, rangeHere(c, deps)))
    return c.json({ token, expiresAt: expiresAt.toISOString() }, 201)
  })
  app.use('/notice', gate.bearer)
  app.use('/appeal', gate.bearer)
  const notice = async (bearer: Bearer, language: Language) =>
    worded(await noticeFor(deps.db, bearer, deps.clock.now()), language, deps.config.timeZone)
  app.get('/notice', gate.plain, async (c) => {
    const [phone, told] = await Promise.all([emergencyPhone(deps.db), notice(c.var.bearer, c.var.language)])
    return c.json({ notice: told, phone: phone || null })
  })
  app.post('/appeal', gate.plain, gate.questions, async (c) => {
    const { text: words } = await json(c, APPEAL)
    await appealAs(deps, c.var.bearer, words)
    return c.json({ notice: await notice(c.var.bearer, c.var.language) })
  })
  app.use('/tickets/*', gate.bearer)
  app.route('/tickets', requestRoutes(deps, gate, canText))
  return app
}
