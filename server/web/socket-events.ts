import type { Socket } from 'socket.io'
import type { z } from 'zod'
import { wordsOf } from '../i18n/dictionaries.ts'
import type { Language } from '../kernel/language.ts'
import { Malformed, TooMany } from '../kernel/refusal.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { answerOf, errorBody } from './answers.ts'
import { check } from './forms.ts'
import { limit } from './limits.ts'

/** One message a client may send: its strict shape, and what is done. What `handle` returns is the acknowledgement. */
export type LiveEvent<Schema extends z.ZodType = z.ZodType> = {
  readonly schema: Schema
  readonly handle: (body: z.infer<Schema>) => Promise<object>
}
export const liveEvent = <Schema extends z.ZodType>(
  schema: Schema,
  handle: (body: z.infer<Schema>) => Promise<object>,
): LiveEvent => ({ schema, handle: handle as LiveEvent['handle'] })

type Options = { clock: Clock; log: Log; language: () => Language }

/** RELIABILITY 14: per socket ten events a second, with room for a burst after a reconnect. */
const EVENTS = { burst: 40, perSecond: 10 }

/**
 * The only door for client messages: an event that is not in the table, a frame that is not `(body, acknowledge)` and
 * one event too many are answered with an error and change nothing.
 */
export function mountEvents(
  socket: Socket,
  events: Readonly<Record<string, LiveEvent>>,
  { clock, log, language }: Options,
): void {
  const pace = limit(clock, EVENTS.burst, EVENTS.burst / EVENTS.perSecond)
  socket.onAny((name: unknown, ...args: unknown[]) => {
    const acknowledge = args.at(-1)
    const answer = (value: object): void => {
      if (typeof acknowledge === 'function') acknowledge(value)
    }
    const refuse = (error: unknown): void => {
      const said = answerOf(error)
      if (said.status === 500) log.error({ event: String(name), reason: String(error) }, 'live event failed')
      answer(errorBody(wordsOf(language()), said))
    }
    const wait = pace.take('socket')
    if (wait > 0) return refuse(new TooMany(wait))
    const event = typeof name === 'string' && Object.hasOwn(events, name) ? events[name] : undefined
    if (!event) return refuse(new Malformed('unknown_event'))
    const bodies = typeof acknowledge === 'function' ? args.slice(0, -1) : args
    if (bodies.length !== 1) return refuse(new Malformed('bad_frame'))
    Promise.resolve()
      .then(() => event.handle(check(event.schema, bodies[0])))
      .then(answer, refuse)
  })
}
