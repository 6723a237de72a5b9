import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, countdown } from '../../i18n/instants.ts'
import type { CallId, LineId, StaffId } from '../../kernel/ids.ts'
import { addDays, instantOf, localOf, noonBefore } from '../../kernel/time.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env, SignedIn } from '../../web/env.ts'
import { day, optionalText, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { partOrPage } from '../../web/page.ts'
import { exportedNumber, seenNumber, seesCaller } from '../cards.ts'
import { countOwed, figuresOf } from '../figures/queries.ts'
import { figuresBy, wordedFigures } from '../figures/words.ts'
import { allLines, isAnyLine } from '../lines/queries.ts'
import { secondsToAnswer } from '../rules.ts'
import * as log from './queries.ts'
import { ASKED_STATES, type Asked, csvOf } from './rules.ts'

type Ctx = Context<Env>
const PAGE = 50
const MOST_EXPORTED = 10_000

const maybe = <T extends z.ZodType>(kind: T) => z.union([kind, z.literal('')]).optional()
const ASKED = {
  from: maybe(day),
  to: maybe(day),
  line: maybe(rowId),
  agent: maybe(rowId),
  state: maybe(z.enum(ASKED_STATES)),
  direction: maybe(z.enum(['in', 'out'])),
  q: optionalText(40).optional(),
  unlogged: maybe(z.literal('1')),
  before: maybe(rowId),
}
type Typed = z.infer<z.ZodObject<typeof ASKED>>

/** The log of calls, with what it is asked for in its address, its figures, and the same as a table for other programs. */
export const callLogRoutes = (deps: Deps) => {
  const reads = staffOnly(deps, 'call.read')
  return new Hono<Env>().get('/', reads, (c) => showLog(c, deps)).get('/export.csv', reads, (c) => exportLog(c, deps))
}

/** Without a day: since noon, so that the whole night is one. */
function askedOf({ config, clock }: Deps, typed: Typed): Asked {
  const zone = config.timeZone
  const from = typed.from ? instantOf(typed.from, '00:00', zone) : typed.to ? null : noonBefore(clock.now(), zone)
  return {
    from,
    to: typed.to ? instantOf(addDays(typed.to, 1), '00:00', zone) : null,
    line: (typed.line || null) as LineId | null,
    agent: (typed.agent || null) as StaffId | null,
    state: typed.state || null,
    direction: typed.direction || null,
    number: (typed.q ?? '').replace(/[^\d]/g, ''),
    unlogged: typed.unlogged === '1',
  }
}

async function showLog(c: Ctx, deps: Deps): Promise<Response> {
  const { db, clock, config } = deps
  const { me } = c.var
  const typed = query(c, ASKED)
  const asked = asMayAsk(me, askedOf(deps, typed))
  const now = clock.now()
  const { callAnswerSeconds } = await currentSettings(db)
  const since = asked.from ?? noonBefore(now, config.timeZone)
  const before = (typed.before || null) as CallId | null
  const at = { now, since, goalSeconds: callAnswerSeconds, zone: config.timeZone }
  const [calls, figures, { hours, agents }, owed, lines, people, connected] = await Promise.all([
    log.listCalls(db, asked, { before, limit: PAGE + 1 }),
    figuresOf(db, asked, callAnswerSeconds),
    figuresBy(db, asked, at),
    countOwed(db, now, since),
    allLines(db),
    log.listAnswering(db),
    isAnyLine(db),
  ])
  const more = calls.length > PAGE ? calls[PAGE - 1]?.id : undefined
  const filtered = Object.entries(typed).some(([name, value]) => name !== 'before' && value)
  return partOrPage(c, deps, 'calls/log', 'log', {
    calls: calls.slice(0, PAGE).map((call) => seenCall(me, call)),
    more: more && addressOf(typed, { before: more }),
    all: addressOf(typed, { before: '' }),
    exportAt: `/calls/export.csv${addressOf(typed, { before: '' }).slice('/calls'.length)}`,
    typed: { ...typed, from: typed.from || (typed.to ? '' : localOf(since, config.timeZone).date) },
    filtered,
    states: ASKED_STATES,
    lines,
    people,
    connected,
    figures: wordedFigures(figures),
    goal: callAnswerSeconds,
    hours,
    agents,
    owed,
  })
}

/** Numbers that one may not see are not found by guessing them either: only whole ones are looked for. */
const asMayAsk = (me: SignedIn, asked: Asked): Asked =>
  me.capabilities.has('customer.read') || asked.number.length >= WHOLE || asked.number === ''
    ? asked
    : { ...asked, number: NOBODY }
const WHOLE = 7
const NOBODY = '0'.repeat(30)

const seenCall = (me: SignedIn, call: log.CallView) => {
  const seconds = secondsToAnswer(call.rangAt, call.answeredAt)
  return {
    ...call,
    shown: seenNumber(call.number, seesCaller(me, call)),
    wait: seconds === null ? null : countdown(seconds * 1000),
    talk: call.answeredAt && call.endedAt ? countdown(call.endedAt.getTime() - call.answeredAt.getTime()) : null,
  }
}

function addressOf(typed: Typed, change: Partial<Record<keyof Typed, string>>): string {
  const all = Object.entries({ ...typed, ...change }).filter(([, value]) => value)
  const asked = new URLSearchParams(all as [string, string][]).toString()
  return asked ? `/calls?${asked}` : '/calls'
}

async function exportLog(c: Ctx, deps: Deps): Promise<Response> {
  const { db, config } = deps
  const { me, language } = c.var
  const t = wordsOf(language)
  const asked = asMayAsk(me, askedOf(deps, query(c, ASKED)))
  const calls = await log.listCalls(db, asked, { before: null, limit: MOST_EXPORTED })
  const when = (at: Date | null) =>
    at ? `${localOf(at, config.timeZone).date} ${clockTime(at, config.timeZone)}` : null
  const columns = [
    'began',
    'line',
    'direction',
    'number',
    'state',
    'wait',
    'talk',
    'agent',
    'ticket',
    'logged',
    'score',
  ] as const
  const rows = calls.map((call) => {
    const agent = call.answeredBy && (language === 'en' ? call.answeredBy.nameEn : call.answeredBy.name)
    return [
      when(call.beganAt),
      call.line,
      t(`calls.direction.${call.direction}`),
      // What leaves the house is masked for all but those who see every customer.
      exportedNumber(call.number, me.capabilities.has('customer.read')),
      t(`calls.state.${call.state}`),
      secondsToAnswer(call.rangAt, call.answeredAt),
      secondsToAnswer(call.answeredAt, call.endedAt),
      agent,
      call.ticket?.number ?? null,
      call.loggedAs ? t(`calls.logged_as.${call.loggedAs}`) : null,
      call.score,
    ]
  })
  c.header('content-type', 'text/csv; charset=utf-8')
  c.header('content-disposition', 'attachment; filename="calls.csv"')
  return c.body(csvOf([columns.map((one) => t(`calls.column.${one}`)), ...rows]))
}
