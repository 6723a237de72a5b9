import type { Context, MiddlewareHandler } from 'hono'
import { wordsOf } from '../i18n/dictionaries.ts'
import { Denied, TooMany, Unauthenticated } from '../kernel/refusal.ts'
import { isAllowedSite } from '../settings/queries.ts'
import { addressKey, clientAddress, peerOf, rangeOf } from '../web/address.ts'
import { errorBody } from '../web/answers.ts'
import { LANGUAGE_COOKIE, readCookie } from '../web/cookies.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { query } from '../web/forms.ts'
import { type Limit, limit } from '../web/limits.ts'
import { isStrained } from '../web/strain.ts'
import { turns } from '../web/turns.ts'
import { type Bearer, bearerOf, inTurn } from './access.ts'
import { bearerRoom } from './rooms.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by `gate.bearer`, on the customer's interface only. */
    bearer: Bearer
  }
}
type Gate = MiddlewareHandler<Env>

/** Acts a minute. An address may be a whole office or a mobile carrier, so it gets far more than a person does. */
const PER_MINUTE = { address: 3000, newcomers: 300, bearer: 600, questions: 20, range: 600 }
/** New visitors and questions of one range that are worked on at once, in this process; more wait for their turn. */
const RANGE_AT_ONCE = 4

/** Files of one person: far more than a conversation needs, and far less than fills a disk. */
const FILES = 30
const FILES_SECONDS = 600

/** Who may come in, from where and how often. */
function buildGate(deps: Deps) {
  const { config, db, clock } = deps
  const paces = {
    address: limit(clock, PER_MINUTE.address, 60),
    newcomers: limit(clock, PER_MINUTE.newcomers, 60),
    bearer: limit(clock, PER_MINUTE.bearer, 60),
    questions: limit(clock, PER_MINUTE.questions, 60),
    range: limit(clock, PER_MINUTE.range, 60),
    files: limit(clock, FILES, FILES_SECONDS),
  }
  const keepAddress = (c: Context<Env>, pace: Limit): void => keepPace(pace, addressKey(clientAddress(c, config)))
  const byAddress =
    (pace: Limit): Gate =>
    async (c, next) => {
      keepAddress(c, pace)
      await next()
    }

  /** No Origin is an app; one that is present is ours or an allowed site (RELIABILITY 15). No cookie opens anything. */
  const origin: Gate = async (c, next) => {
    const from = c.req.header('origin')
    if (from === undefined) return next()
    c.header('vary', 'Origin')
    if (!config.isOurOrigin(from) && !(await isAllowedSite(db, from))) {
      keepAddress(c, paces.address)
      throw new Denied('origin')
    }
    c.header('access-control-allow-origin', from)
    if (c.req.method !== 'OPTIONS') return next()
    c.header('access-control-allow-methods', 'GET, POST')
    c.header('access-control-allow-headers', 'Authorization, Content-Type, Accept-Language')
    c.header('access-control-max-age', '600')
    return c.body(null, 204)
  }

  /**
   * Whose call it is. One token's flood is counted against that token first, so that the others of a house, an office or
   * a carrier go on; and it takes its turn, so that nobody's many calls hold the connections of all.
   */
  const bearer: Gate = async (c, next) => {
    const found = await bearerOf(db, tokenIn(c.req.header('authorization')), clock.now())
    if (!found) {
      keepAddress(c, paces.address)
      c.header('www-authenticate', 'Bearer')
      throw new Unauthenticated()
    }
    c.set('bearer', found)
    if (!saysLanguage(c.req.header('accept-language')) && !readCookie(c, LANGUAGE_COOKIE))
      c.set('language', found.language)
    keepPace(paces.bearer, bearerRoom(found))
    keepAddress(c, paces.address)
    return inTurn(bearerRoom(found), next)
  }

  const questions: Gate = async (c, next) => {
    keepPace(paces.questions, bearerRoom(c.var.bearer))
    await next()
  }

  /**
   * New visitors and questions: whoever has a whole range has many addresses and takes as many tokens as they like, so the
   * range is counted too, and takes its turn. One range at full speed leaves the connections of the house to others.
   */
  const inTurnOfRange = turns(RANGE_AT_ONCE)
  const ofRange: Gate = async (c, next) => {
    const peer = peerOf(c)
    const range = peer && rangeOf(peer, config)
    if (!range) return next()
    keepPace(paces.range, range)
    return inTurnOfRange(range, next)
  }

  /** Before a file is read. @throws TooMany */
  const files = (bearer: Bearer): void => keepPace(paces.files, bearerRoom(bearer))

  /** No call but the one that says so has a query. */
  const plain: Gate = async (c, next) => {
    query(c, {})
    await next()
  }

  /** Under strain those who are here already come first. */
  const calm: Gate = async (c, next) => {
    if (!isStrained()) return next()
    c.header('retry-after', '5')
    return c.json(errorBody(wordsOf(c.var.language), { status: 503, code: 'busy', retryAfterSeconds: 5 }), 503)
  }

  return {
    origin,
    bearer,
    calm,
    plain,
    questions,
    ofRange,
    files,
    pace: byAddress(paces.address),
    newcomers: byAddress(paces.newcomers),
  }
}
export type ChatGate = ReturnType<typeof buildGate>

const gates = new WeakMap<Deps, ChatGate>()
/** One gate a program, because its limits are counted in memory: for the protocol and for the pages that do the same without a script. */
export function gateOf(deps: Deps): ChatGate {
  const gate = gates.get(deps) ?? buildGate(deps)
  gates.set(deps, gate)
  return gate
}

export function keepPace(pace: Limit, key: string): void {
  const seconds = pace.take(key)
  if (seconds > 0) throw new TooMany(seconds)
}

const tokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]

// `*` is what a client sends that has no opinion.
const saysLanguage = (accepts: string | undefined): boolean => !/^\s*(\*|$)/.test(accepts ?? '')
