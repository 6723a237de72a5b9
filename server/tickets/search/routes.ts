import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import { seesCustomer, shown, veiled, veilOf } from '../../customers/privacy/rules.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env, SignedIn } from '../../web/env.ts'
import { optionalText, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { partOrPage, wantsPart } from '../../web/page.ts'
import { type FoundCustomer, findByNumber, findCustomers, findPlaces, type Narrowed, type Place } from './queries.ts'
import {
  byTicket,
  excerptOf,
  KINDS,
  type Kind,
  MOST_LETTERS,
  marksOf,
  PERIODS,
  readWanted,
  STATES,
  sinceOf,
  statesIn,
  type Wanted,
} from './rules.ts'

/** What was said fills a page, and so does a kind alone; beside it the others show their newest few. */
const A_PAGE = 20
const A_FEW = 3

const ASKED = {
  // Longer than what is looked for, so that too much is answered with words.
  q: optionalText(20_000).default(''),
  kind: z.enum(['all', ...KINDS]).default('all'),
  state: z.enum(STATES).default('all'),
  department: rowId.or(optionalText(0)).default(''),
  period: z.enum(PERIODS).default('all'),
  mine: z.literal('on').optional(),
  before: rowId.optional(),
}
type Asked = z.infer<z.ZodObject<typeof ASKED>>

/** GET /tickets/search?q=…: what is wanted lives in the address, so that it can be kept and sent on. It stands in no log. */
export const searchRoutes = (deps: Deps) =>
  new Hono<Env>().get('/search', staffOnly(deps, 'ticket.search'), async (c: Context<Env>) => {
    const asked = query(c, ASKED)
    const wanted = readWanted(asked.q)
    const choices = { states: STATES, periods: PERIODS, kinds: KINDS }
    return partOrPage(c, deps, 'search/show', 'found', {
      asked,
      standing: wanted.state,
      longest: MOST_LETTERS,
      isNarrow: Object.keys(addressed(asked)).some((name) => !['q', 'before'].includes(name)),
      whole: addressOf({ ...ASKED_NOTHING, q: asked.q }),
      ...(wantsPart(c) ? {} : { ...choices, departments: await listDepartments(deps.db) }),
      ...(await find(c, deps, asked, wanted)),
    })
  })

/** The ticket of that number, and each kind of place with the way to all of its places, or to those before. */
async function find(c: Context<Env>, deps: Deps, asked: Asked, wanted: Wanted) {
  if (wanted.state !== 'words') return { hit: null, parts: [] }
  const narrowed = narrowedTo(c, deps, asked)
  const kinds = KINDS.filter((kind) => asked.kind === 'all' || asked.kind === kind)
  const most = (kind: Kind): number => (kind === 'messages' || asked.kind === kind ? A_PAGE : A_FEW)
  const wish = { wanted, narrowed, before: asked.before ?? null }
  const [hit, places, customers] = await Promise.all([
    wanted.number && !asked.before ? findByNumber(deps.db, wanted.number, narrowed.heldBy) : undefined,
    findPlaces(
      deps.db,
      kinds.filter((kind) => kind !== 'customers').map((kind) => ({ kind, limit: most(kind) + 1 })),
      wish,
    ),
    kinds.includes('customers') ? findCustomers(deps.db, { ...wish, limit: most('customers') + 1 }) : [],
  ])
  const marks = marksOf(wanted.terms)
  const parts = kinds.map((kind) => {
    if (kind === 'customers')
      return partOf(kind, asked, most(kind), customers, (rows) => rows.map((row) => seenCustomer(c.var.me, row)))
    const found = places.filter((place) => place.kind === kind)
    return partOf(kind, asked, most(kind), found, (rows) =>
      byTicket(rows).map((group) => rowOf(c.var.me, group, marks)),
    )
  })
  return { hit: hit ? veiled(c.var.me, hit) : null, parts: parts.filter(({ rows }) => rows.length > 0) }
}

/** One kind of place, and where it goes on: to all of its places, or to those before the last that is shown. */
function partOf<Found extends { id: string; at: Date }>(
  kind: Kind,
  asked: Asked,
  most: number,
  found: readonly Found[],
  rows: (shown: Found[]) => unknown[],
) {
  const isPage = most === A_PAGE
  const last = found.length > most ? found[most - 1] : undefined
  const shown = found.slice(0, most).toSorted((a, b) => b.at.getTime() - a.at.getTime())
  return {
    kind,
    isPage,
    rows: rows(shown),
    next: last ? addressOf({ ...asked, kind, before: isPage ? last.id : undefined }) : null,
  }
}

/** What was found is shown as this colleague may see it: a number is found by all of it, and shown by a part. */
function rowOf(me: SignedIn, { first, more }: { first: Place; more: number }, marks: RegExp) {
  const { text, ...place } = first
  const veil = veilOf(seesCustomer(me, place.heldBy), place.customerName)
  return { ...veiled(me, place), more, pieces: excerptOf(veil.words(text), marks) }
}

const seenCustomer = (me: SignedIn, one: FoundCustomer): FoundCustomer => ({
  ...veiled(me, one),
  contact: one.contact && shown('contact', one.contact, seesCustomer(me, one.heldBy)),
})

function narrowedTo(c: Context<Env>, { clock, config }: Deps, { state, department, period, mine }: Asked): Narrowed {
  const { staffId, capabilities } = c.var.me
  return {
    states: statesIn(state),
    departmentId: department || null,
    hadBy: mine ? staffId : null,
    heldBy: capabilities.has('ticket.read') ? null : staffId,
    since: sinceOf(period, clock.now(), config.timeZone),
  }
}

/** The address of another search; what is as it always is, is left out. */
const addressOf = (asked: Asked): string => `/tickets/search?${new URLSearchParams(addressed(asked))}`

const ASKED_NOTHING: Asked = { q: '', kind: 'all', state: 'all', department: '', period: 'all' }
const addressed = (asked: Asked): Record<string, string> =>
  Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]): [string, string][] =>
      value === undefined || value === ASKED_NOTHING[name as keyof Asked] ? [] : [[name, value]],
    ),
  )
