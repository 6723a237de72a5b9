import type { Context } from 'hono'
import { wordsOf } from '../i18n/dictionaries.ts'
import { type Answer, answerOf, wordsFor } from '../web/answers.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { answerError, noteFault } from '../web/errors.ts'
import { page } from '../web/page.ts'

type Ctx = Context<Env>

/** A form of a customer that comes back: with its words, why, and what to do next. */
export type Again = {
  readonly error: unknown
  readonly answer: Answer
  /** By field, as far as it can be read. */
  readonly typed: URLSearchParams
}
type Show = (c: Ctx, again: Again) => Promise<Response>

const FORM =
  /^\/(appeal|requests\/[^/]+\/(messages|complaint|reopening|ending|confirmation|rating|appeal|number\/(code|proof)))?$/

const isCustomerForm = ({ req }: Ctx): boolean => req.method === 'POST' && FORM.test(req.path)

/** For the whole house: forms of customers keep their words, everything else is told as ever. */
export const answerFormOr =
  (deps: Deps, show: Show) =>
  (error: unknown, c: Ctx): Promise<Response> =>
    isCustomerForm(c) ? answerForm(deps, error, c, show) : answerError(deps, error, c)

/**
 * Whatever a form of a customer fails of, its words are not lost: the page of the form comes back with them where it can
 * be drawn and may be, else a plain page that holds them and sends them again.
 */
async function answerForm(deps: Deps, error: unknown, c: Ctx, show: Show): Promise<Response> {
  const answer = answerOf(error)
  const again = { error, answer, typed: typedIn(c) }
  if (answer.status === 500) noteFault(deps, error, c)
  if (answer.retryAfterSeconds) c.header('retry-after', String(answer.retryAfterSeconds))
  if (NEEDS_NO_PAGE.has(answer.status)) return showKept(c, deps, again)
  try {
    return await show(c, again)
  } catch (second) {
    if (answerOf(second).status === 500) noteFault(deps, second, c)
    return showKept(c, deps, again)
  }
}

/** No page of the house is drawn for what is not there, comes too often, or fails of the house itself. */
const NEEDS_NO_PAGE: ReadonlySet<number> = new Set([404, 429, 500, 503])

/** In the reader's language: what happened, and what to do next. A refusal has words of its own under its field. */
export function troubleOf(c: Ctx, { answer }: Again) {
  const t = wordsOf(c.var.language)
  const { status, code, field, details, retryAfterSeconds: count = 1 } = answer
  return {
    message: status === 403 ? t('chat.again.stale') : status === 404 ? t('chat.again.gone') : wordsFor(t, answer),
    next: t([`chat.again.next.${code}`, `chat.again.next.${status}`], { count, ...details }),
    field,
  }
}

/** U+0000 cannot be shown, and is not what somebody typed. */
function typedIn({ var: { body } }: Ctx): URLSearchParams {
  const fields = body?.kind === 'form' ? body.fields : body?.kind === 'refused' ? body.typed : undefined
  const typed = [...(fields ?? [])].filter(([name]) => name !== '_token')
  return new URLSearchParams(typed.map(([name, value]): [string, string] => [name, value.replaceAll('\u0000', '')]))
}

/** By field; what came twice stands below each other, and nothing of it is lost. */
export const fieldsOf = (typed: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...typed.keys()].map((name) => [name, [...new Set(typed.getAll(name))].join('\n')]))

/** Fields that people type into; the rest goes along unseen. */
const WRITTEN = ['question', 'body', 'comment', 'appeal', 'name', 'contact']
const TWICE_IS_ONCE: ReadonlySet<number> = new Set([403, 429, 500, 503])

function showKept(c: Ctx, deps: Deps, again: Again): Promise<Response> {
  const { status } = again.answer
  const fields = [...again.typed].map(([name, value]) => ({ name, value }))
  const values = {
    ...troubleOf(c, again),
    written: fields.filter(({ name }) => WRITTEN.includes(name)),
    carried: fields.filter(({ name }) => !WRITTEN.includes(name)),
    action: TWICE_IS_ONCE.has(status) ? c.req.path : undefined,
    back: c.req.path.startsWith('/requests/') && status !== 404 ? c.req.path.replace(/\/[^/]+$/, '') : '/',
    private: true,
  }
  return page(c, deps, 'requests/kept', values, status)
}
