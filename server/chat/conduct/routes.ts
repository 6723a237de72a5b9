import { type Context, Hono } from 'hono'
import { appealBan } from '../../customers/abuse/appeals/actions.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, text } from '../../web/forms.ts'
import { page, seeOther } from '../../web/page.ts'
import { type Again, fieldsOf, troubleOf } from '../again.ts'
import type { ChatGate } from '../gate.ts'
import { LIMITS } from '../rules.ts'
import { emergencyPhone, standingHere } from './notices.ts'
import { worded } from './words.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** /appeal: what is in force on whoever uses this browser, and the way to object; without a script. */
export const appealPages = (deps: Deps, gate: ChatGate) =>
  new Hono<Env>()
    .use(gate.pace)
    .get('/', (c) => showAppeal(c, deps, {}))
    .post('/', async (c) => {
      const { appeal } = await form(c, { appeal: text(LIMITS.appealLetters) })
      const here = await standingHere(c, deps)
      const customerId = here?.customerId
      if (!customerId) throw refusal('abuse.not_banned')
      await deps.transact(here.actor, (tx) => appealBan(tx, customerId, lines(appeal)))
      return seeOther(c, '/appeal')
    })

/** The page once more, with what was typed. */
export const showAppealAgain = (c: Ctx, deps: Deps, again: Again): Promise<Response> =>
  showAppeal(
    c,
    deps,
    {
      typed: { appeal: fieldsOf(again.typed) },
      trouble: troubleOf(c, again),
      refused: again.error instanceof Refusal ? again.error : undefined,
    },
    again.answer.status,
  )

async function showAppeal(c: Ctx, deps: Deps, values: Values, status: Parameters<typeof page>[4] = 200) {
  const here = await standingHere(c, deps)
  const shown = {
    notice: worded(here?.notice ?? null, c.var.language, deps.config.timeZone),
    phone: await emergencyPhone(deps.db),
    appealAt: '/appeal',
    limits: LIMITS,
    private: true,
  }
  return page(c, deps, 'requests/appeal', { ...shown, ...values }, status)
}

/** Browsers send the line ends of a text area as CR LF. */
export const lines = (text: string): string => text.replaceAll('\r\n', '\n')
