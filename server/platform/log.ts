import { type Logger, pino } from 'pino'
import { currentTrace } from './trace.ts'

export type Log = Logger

/** Never in a log line: secrets, and what customers and colleagues wrote. */
const REDACTED = ['password', 'token', 'cookie', 'authorization', 'contact', 'phone', 'email', 'body', 'name']

/** JSON lines on stderr, so that stdout stays the newcomer's. `level` silent in tests. */
export const openLog = (level: string): Log =>
  pino(
    {
      level,
      base: null,
      mixin: lineOf,
      redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    },
    pino.destination({ dest: 2, sync: false }),
  )

/** Which request or job a line belongs to. */
function lineOf(): { requestId?: string; job?: string } {
  const { requestId, job } = currentTrace() ?? {}
  return { ...(requestId && { requestId }), ...(job && { job }) }
}
