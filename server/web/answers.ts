import type { Words } from '../i18n/dictionaries.ts'
import { Conflict, Denied, Malformed, NotFound, OffPost, Refusal, TooMany, Unauthenticated } from '../kernel/refusal.ts'
import { isAway } from '../platform/away.ts'
import { codeOf } from '../platform/transaction.ts'

/** foreign_key_violation */
const NO_SUCH_ROW = '23503'

/** An error as HTTP, socket and page say it: one table for all three. */
export type Answer = {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503
  readonly code: string
  readonly field?: string | undefined
  readonly details?: Readonly<Record<string, string | number>>
  readonly retryAfterSeconds?: number
}

/** An instant among the details, for whoever shows it in local time. */
const untilOf = ({ details }: Answer): { until?: string } =>
  typeof details?.until === 'string' ? { until: details.until } : {}

/** It is the network of whoever asks that a measure holds for, not they. */
const networkOf = ({ details }: Answer): { network?: true } =>
  String(details?.context ?? '').startsWith('network') ? { network: true } : {}

/** The database is too busy, or being stopped. */
const BUSY = /^(25P0|40|53|55P03|57)/

export function answerOf(error: unknown): Answer {
  if (error instanceof Refusal) return { status: 422, code: error.code, field: error.field, details: error.details }
  if (error instanceof Malformed)
    return { status: error.code === 'too_large' ? 413 : 400, code: error.code, field: error.field }
  if (error instanceof Unauthenticated) return { status: 401, code: 'unauthenticated' }
  if (error instanceof OffPost) return { status: 403, code: 'off_post' }
  if (error instanceof Denied) return { status: 403, code: 'denied' }
  if (error instanceof NotFound) return { status: 404, code: 'not_found' }
  if (error instanceof Conflict) return { status: 409, code: error.code }
  // An id that leads to no row: made up, or of something that was removed meanwhile.
  if (codeOf(error) === NO_SUCH_ROW) return { status: 400, code: 'bad_field' }
  if (error instanceof TooMany) {
    const { code, retryAfterSeconds, network } = error
    return { status: 429, code, retryAfterSeconds, ...(network ? { details: { context: 'network' } } : {}) }
  }
  // Honest, and worth another try.
  if (isAway(error) || BUSY.test(codeOf(error))) return { status: 503, code: 'busy', retryAfterSeconds: 2 }
  return { status: 500, code: 'fault' }
}

/** In the reader's language: `refusals.<code>` for what people may fix, `errors.<code>` for the rest. */
export const wordsFor = (t: Words, { status, code, details, retryAfterSeconds: count }: Answer): string =>
  t(`${status === 422 ? 'refusals' : 'errors'}.${code}`, { count, ...details })

/** The JSON body of every error of the public interface. */
export const errorBody = (t: Words, answer: Answer) => ({
  error: {
    code: answer.code,
    ...(answer.field ? { field: answer.field } : {}),
    message: wordsFor(t, answer),
    ...untilOf(answer),
    ...networkOf(answer),
    ...(answer.retryAfterSeconds ? { retryAfterSeconds: answer.retryAfterSeconds } : {}),
  },
})
