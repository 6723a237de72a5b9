import type { Context } from 'hono'
import { z } from 'zod'
import { listActive } from '../accounts/people/queries.ts'
import type { StaffId } from '../kernel/ids.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { query, rowId } from '../web/forms.ts'
import { partOrPage } from '../web/page.ts'
import { listPage } from '../web/paging.ts'
import * as cases from './cases/queries.ts'
import { isDecidedLate, isHeard, isOpen } from './cases/rules.ts'
import * as requests from './queries.ts'
import { PLACE, placeIn, placeOf, SHOWS, type Wanted } from './rules.ts'

type Ctx = Context<Env>

const AT_ONCE = 40
/** The lists of the page, each with its place in the address. */
const LISTS = ['mine', 'about', 'all', 'cases'] as const
type List = (typeof LISTS)[number]

const ASKED = {
  ...(Object.fromEntries(LISTS.map((one) => [one, z.string().regex(PLACE).optional()])) as Record<
    List,
    z.ZodOptional<z.ZodString>
  >),
  show: z.enum([...SHOWS, '']).optional(),
  person: rowId.or(z.literal('')).optional(),
}

/** What I am asked for and cases about me; for whoever checks those of all, by person and by whether they are open; each list page by page. */
export async function showRecords(c: Ctx, deps: Deps): Promise<Response> {
  const { db, clock } = deps
  const { staffId, capabilities } = c.var.me
  const asked = query(c, ASKED)
  const others = capabilities.has('record.ask') || capabilities.has('record.decide')
  const theirs: Wanted = {
    except: staffId,
    of: asked.person ? (asked.person as StaffId) : undefined,
    show: asked.show ? asked.show : undefined,
  }
  const at = (list: List) => ({ place: placeIn(asked[list]), limit: AT_ONCE + 1 })
  const [mine, about, all, allCases, people] = await Promise.all([
    requests.listRequests(db, { of: staffId }, at('mine')),
    cases.listCases(db, { of: staffId }, at('about')),
    others ? requests.listRequests(db, theirs, at('all')) : [],
    others ? cases.listCases(db, theirs, at('cases')) : [],
    others ? listActive(db) : [],
  ])
  const part = <Row>(list: List, found: readonly Row[], placeOfRow: (row: Row) => string) =>
    listPage(found, AT_ONCE, { path: '/records', asked, list, anchor: `records-${list}`, placeOf: placeOfRow })
  const now = clock.now()
  const late = (one: requests.DocumentRequest) => ({ ...one, late: one.state === 'asked' && one.dueAt < now })
  const lateCase = (one: cases.FalseRecord) => ({
    ...one,
    late: isDecidedLate(one, now),
    heard: isHeard(one, now),
  })
  const atRequest = (one: requests.DocumentRequest) => placeOf({ ...one, open: requests.isOpen(one) })
  const atCase = ({ id, statementDueAt: dueAt, ...one }: cases.FalseRecord) => placeOf({ id, dueAt, open: isOpen(one) })
  return partOrPage(c, deps, 'records/list', 'list', {
    mine: part('mine', mine.map(late), atRequest),
    about: part('about', about.map(lateCase), atCase),
    all: part('all', all.map(late), atRequest),
    cases: part('cases', allCases.map(lateCase), atCase),
    others,
    people: people.filter(({ id }) => id !== staffId),
    person: asked.person ?? '',
    show: asked.show ?? '',
    asks: capabilities.has('record.ask'),
    decides: capabilities.has('record.decide'),
  })
}
