import type { Context } from 'hono'
import { wordsOf } from '../i18n/dictionaries.ts'
import { masked } from '../platform/tokens.ts'
import { answerOf, errorBody, wordsFor } from './answers.ts'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'
import { typedIn } from './forms.ts'
import { page, wantsJson } from './page.ts'
import { routeOf } from './requests.ts'

/** Every error of every route ends here: JSON for /api and for whoever asks for it, a page for people, in the reader's language. */
export async function answerError(deps: Deps, error: unknown, c: Context<Env>): Promise<Response> {
  const answer = answerOf(error)
  if (answer.status === 500) noteFault(deps, error, c)
  if (answer.retryAfterSeconds) c.header('retry-after', String(answer.retryAfterSeconds))
  const t = wordsOf(c.var.language ?? 'zh-CN')
  if (c.req.path.startsWith('/api/') || wantsJson(c)) return c.json(errorBody(t, answer), answer.status)
  if (answer.code === 'off_post' && c.var.me) {
    const next = await deps.nextOnPost(c.var.me.staffId)
    return page(c, deps, 'errors/off-post', { next, runs: next !== null && next.from <= deps.clock.now() }, 403)
  }
  return page(
    c,
    deps,
    'errors/show',
    { status: answer.status, message: wordsFor(t, answer), requestId: c.var.requestId, kept: keptOf(c) },
    answer.status,
  )
}

/** Fields that no person has typed. */
const UNSEEN = /^(_token|password|again|code|clientId|fileId|epoch|next|language|.*Id)$/

/** Nothing that somebody typed is lost with the page: what is longer than a number can be read and copied there. */
const keptOf = (c: Context<Env>): string[] =>
  c.req.method === 'POST'
    ? Object.entries(typedIn(c)).flatMap(([name, value]) =>
        UNSEEN.test(name) || value.trim().length < 4 ? [] : [value],
      )
    : []

/** A fault of ours, for the log: where and why, never with what opens somebody's page. */
export function noteFault({ log }: Pick<Deps, 'log'>, error: unknown, c: Context<Env>): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.error({ route: routeOf(c), path: masked(c.req.path), reason: masked(reason) }, 'request failed')
}
