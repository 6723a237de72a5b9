import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { welcomeAgain } from '../customers/actions.ts'
import type { CategoryId } from '../kernel/ids.ts'
import { LANGUAGES } from '../kernel/language.ts'
import { Refusal, refusal } from '../kernel/refusal.ts'
import { system, visitorActor } from '../platform/actor.ts'
import type { CanText } from '../tickets/proofs/queries.ts'
import { keepLanguage } from '../web/cookies.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { facade } from '../web/facade.ts'
import { clientId, form, rowId, text } from '../web/forms.ts'
import { page, seeOther } from '../web/page.ts'
import { ChatOpen } from './access.ts'
import { askQuestion, linkForCustomer } from './actions.ts'
import { type Again, answerFormOr, fieldsOf, troubleOf } from './again.ts'
import { senderOf } from './browser.ts'
import { hearUrgent } from './conduct/actions.ts'
import { standingHere } from './conduct/notices.ts'
import { appealPages, showAppealAgain } from './conduct/routes.ts'
import { worded } from './conduct/words.ts'
import { frontOf } from './front.ts'
import { gateOf } from './gate.ts'
import { rangeHere } from './ranges.ts'
import { requestPages, showRequestAgain } from './requests/routes.ts'
import { LIMITS } from './rules.ts'
import { widgetPages } from './widget/routes.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const ASKED = {
  clientId,
  termsVersion: z.coerce.number().int().min(0),
  terms: z.literal('accepted').optional(),
  urgent: z.literal('yes').optional(),
  language: z.enum(LANGUAGES),
  name: text(LIMITS.nameLetters),
  contact: text(LIMITS.contactLetters),
  topic: z.union([rowId, z.literal('')]),
  question: text(LIMITS.questionLetters),
}

/** The customers' front door: the help page with its form, private request pages, the widget. All of it works without JavaScript. */
export function chatRoutes(deps: Deps, canText: CanText) {
  const gate = gateOf(deps)
  return new Hono<Env>()
    .get('/', (c) => showHelp(c, deps, {}))
    .post('/', gate.pace, gate.newcomers, gate.ofRange, (c) => ask(c, deps))
    .route('/requests', requestPages(deps, gate, canText))
    .route('/appeal', appealPages(deps, gate))
    .route('/widget', widgetPages(deps))
}

/** Where every error of the house ends: a form of a customer comes back with all its words. */
export const formsAgain = (deps: Deps, canText: CanText) =>
  answerFormOr(deps, (c, again) => {
    if (c.req.path === '/appeal') return showAppealAgain(c, deps, again)
    return c.req.path === '/' ? showHelpAgain(c, deps, again) : showRequestAgain(c, deps, canText, again)
  })

/**
 * A question from the form. The visitor is the browser that got the form, so that two presses of one button make one
 * request; the answer is its private page, in the language that was chosen for it.
 */
async function ask(c: Ctx, deps: Deps): Promise<Response> {
  const { terms, urgent, topic, termsVersion, ...asked } = await form(c, ASKED)
  if (!terms && !urgent) throw refusal('chat.terms_needed', {}, 'terms')
  const actor = await visitorOf(c, deps, asked.language)
  const question = {
    ...asked,
    // Read later: an urgent case is never held up by terms (REGULATION row 60).
    termsVersion: terms ? termsVersion : null,
    urgent: urgent !== undefined,
    topicId: topic === '' ? null : (topic as CategoryId),
    page: null,
    channel: 'web',
  } as const
  if (urgent && actor.kind === 'visitor') await deps.transact(actor, (tx) => hearUrgent(tx, actor.visitorId))
  const { linkToken } = await deps.transact(actor, (tx) => askQuestion(tx, question, deps.config.timeZone))
  keepLanguage(c, asked.language)
  return seeOther(c, `/requests/${linkToken}`)
}

async function visitorOf(c: Ctx, deps: Deps, language = c.var.language) {
  const { transact, secret } = deps
  const token = senderOf(c, secret)
  const range = rangeHere(c, deps)
  const { visitorId, customerId } = await transact(system, (tx) => welcomeAgain(tx, { token, language, range }))
  return visitorActor(visitorId, customerId)
}

async function showHelpAgain(c: Ctx, deps: Deps, again: Again): Promise<Response> {
  const { error, answer, typed } = again
  const { code, status } = answer
  const trouble = troubleOf(c, again)
  const words = fieldsOf(typed)
  // Under an id that means something else, or none, nothing could ever be sent: it gets a new one.
  if (code === 'client_id_reused' || !clientId.safeParse(words.clientId).success) delete words.clientId
  if (code === 'terms_changed') delete words.terms
  const under = error instanceof Refusal ? (error.field ?? 'form') : undefined
  return showHelp(
    c,
    deps,
    {
      typed: words,
      asksIn: words.language ?? c.var.language,
      ...(under ? { refused: { [under]: error } } : { trouble }),
      openRequest: error instanceof ChatOpen ? await openRequest(c, deps, error) : undefined,
    },
    status,
  )
}

/** Another request of this browser is open: its page is a press away. */
async function openRequest(c: Ctx, deps: Deps, { ticketId }: ChatOpen): Promise<string | undefined> {
  if (!ticketId) return undefined
  const actor = await visitorOf(c, deps)
  return `/requests/${await deps.transact(actor, (tx) => linkForCustomer(tx, ticketId))}`
}

async function showHelp(
  c: Ctx,
  deps: Deps,
  values: Values,
  status: Parameters<typeof page>[4] = 200,
): Promise<Response> {
  const [front, here] = await Promise.all([frontOf(c, deps), standingHere(c, deps)])
  return page(
    c,
    deps,
    'chat/help',
    {
      ...front,
      facade: facade(16, 15, front.awake),
      asksIn: c.var.language,
      notice: worded(here?.notice ?? null, c.var.language, deps.config.timeZone),
      appealAt: '/appeal',
      ...values,
    },
    status,
  )
}
