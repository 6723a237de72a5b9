import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { placeOf } from '../accounts/place.ts'
import { isInhabited } from '../accounts/queries.ts'
import { SHORTEST_PASSWORD } from '../accounts/rules.ts'
import { RANKS } from '../kernel/capabilities.ts'
import { Refusal, refusal } from '../kernel/refusal.ts'
import { system } from '../platform/actor.ts'
import { forgetSettings } from '../settings/queries.ts'
import { addressKey, clientAddress } from '../web/address.ts'
import { forgetPreSessions, SESSION_COOKIE, writeCookie } from '../web/cookies.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { facade } from '../web/facade.ts'
import { form, optionalText, query, text, wholeNumber } from '../web/forms.ts'
import { limit } from '../web/limits.ts'
import { page, seeOther } from '../web/page.ts'
import { foundCompany } from './actions.ts'
import { isSetupCode, setupCode } from './code.ts'
import { isAtTheMachine } from './machine.ts'
import { DEPARTMENTS, firstTerms, firstTopics } from './words.ts'

const ROWS = 6
const FORM = {
  code: text(40),
  company: text(40),
  companyEn: optionalText(60),
  name: text(80),
  nameEn: optionalText(80),
  number: text(20),
  email: optionalText(120),
  rank: z.enum(RANKS),
  password: text(200),
  again: text(200),
  department: z.array(optionalText(40)).max(ROWS).default([]),
  departmentEn: z.array(optionalText(60)).max(ROWS).default([]),
  own: wholeNumber,
}
type Typed = z.infer<z.ZodObject<typeof FORM>>

/** Codes that an address may try in a quarter of an hour, and that all may together. */
const TRIES = { address: 5, all: 50, seconds: 900 }

/** First visit: an empty house gets its company, its first administrator and its departments. */
export const setupRoutes = (deps: Deps) => {
  const paces = {
    address: limit(deps.clock, TRIES.address, TRIES.seconds),
    all: limit(deps.clock, TRIES.all, TRIES.seconds),
  }
  return new Hono<Env>()
    .get('/', async (c) => {
      const { code } = query(c, { code: optionalText(40).optional() })
      return (await isMovedIn(deps))
        ? seeOther(c, '/duty')
        : show(c, deps, { typed: code === undefined ? {} : { code } })
    })
    .post('/', async (c) => {
      const typed = await form(c, FORM)
      if (await isMovedIn(deps)) return seeOther(c, '/duty')
      try {
        const address = addressKey(clientAddress(c, deps.config))
        const wait = Math.max(paces.address.take(address), paces.all.take('all'))
        if (wait > 0) throw refusal('accounts.wait', { count: wait }, 'code')
        if (!isSetupCode(typed.code, deps.secret)) throw refusal('setup.code_wrong', {}, 'code')
        if (typed.password !== typed.again) throw refusal('accounts.password_differs', {}, 'again')
        const founding = foundingOf(typed, c)
        const opened = await deps.transact(system, (tx) => foundCompany(tx, { ...founding, place: placeOf(c, deps) }))
        forgetSettings()
        writeCookie(c, SESSION_COOKIE, opened.token, opened.maxAgeSeconds)
        forgetPreSessions(c)
        return seeOther(c, '/setup/leadership')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: error }, 422)
      }
    })
}

/** The customers' page of a house that nobody has moved into: no form, as nobody could keep its promise of an answer. */
export const emptyHouseRoutes = (deps: Deps) =>
  new Hono<Env>().get('/', async (c, next) =>
    (await isMovedIn(deps)) ? next() : page(c, deps, 'setup/nobody', { facade: facade(16, 15, 0) }),
  )

/** A demo company seeds itself; nobody is asked to found another one meanwhile. */
const isMovedIn = async ({ config, db }: Deps): Promise<boolean> => config.demo || (await isInhabited(db))

function foundingOf(typed: Typed, c: Context<Env>) {
  return {
    company: { 'zh-CN': typed.company.trim(), en: typed.companyEn.trim() || typed.company.trim() },
    departments: typed.department.map((zh, at) => ({ zh, en: typed.departmentEn[at] ?? '' })),
    own: typed.own,
    administrator: {
      number: typed.number.trim(),
      name: typed.name.trim(),
      nameEn: typed.nameEn.trim(),
      email: typed.email.trim() || null,
      rank: typed.rank,
      language: c.var.language,
      password: typed.password,
    },
    terms: firstTerms,
    topics: firstTopics,
  }
}

type Shown = { typed: Partial<Typed>; refused?: Refusal }

async function show(c: Context<Env>, deps: Deps, { typed, refused }: Shown, status: 200 | 422 = 200) {
  const near = isAtTheMachine(c, deps.config)
  const rows = Array.from({ length: ROWS }, (_, at) => ({
    at,
    zh: typed.department ? (typed.department[at] ?? '') : (DEPARTMENTS[at]?.['zh-CN'] ?? ''),
    en: typed.departmentEn ? (typed.departmentEn[at] ?? '') : (DEPARTMENTS[at]?.en ?? ''),
    own: at === (typed.own ?? DEPARTMENTS.length - 1),
  }))
  const { password: _, again: __, ...kept } = typed
  return page(
    c,
    deps,
    'setup/company',
    {
      typed: { rank: 'manager', ...kept, code: kept.code ?? (near ? setupCode(deps.secret) : '') },
      refused,
      near,
      rows,
      ranks: RANKS,
      shortest: SHORTEST_PASSWORD,
      facade: facade(56, 35, 0),
      private: true,
    },
    status,
  )
}
