import type { Context } from 'hono'
import type { CoachingId, StaffId } from '../../kernel/ids.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { query, rowId } from '../../web/forms.ts'
import { partOrPage } from '../../web/page.ts'
import { listPage } from '../../web/paging.ts'
import { withRole } from '../people/queries.ts'
import { INDICATORS } from '../scoring/weights/rules.ts'
import { tabsOf } from '../tabs.ts'
import { type CoachingRow, listAnswered, listAsked } from './queries.ts'

type Ctx = Context<Env>

/** Answered ones a page. */
const AT_ONCE = 40

/** One's own requests for training; for personnel those of all; for the group that of the only one of personnel. */
export async function showCoaching(
  c: Ctx,
  deps: Deps,
  values: Record<string, unknown> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const { db, clock } = deps
  const { me } = c.var
  const asked: { mine?: string | undefined; others?: string | undefined } =
    c.req.method === 'GET' ? query(c, { mine: rowId.optional(), others: rowId.optional() }) : {}
  const reviews = me.capabilities.has('appraisal.review')
  const sole = !reviews && me.capabilities.has('appraisal.sign') ? soleOf(await withRole(db, 'hr')) : undefined
  const own = { of: me.staffId, except: null }
  const theirs = { of: reviews ? null : (sole ?? null), except: me.staffId }
  const at = (list: 'mine' | 'others') => ({ before: (asked[list] ?? null) as CoachingId | null, limit: AT_ONCE + 1 })
  const forOthers = reviews || sole !== undefined
  const [open, answered, othersOpen, othersAnswered] = await Promise.all([
    listAsked(db, own),
    listAnswered(db, own, at('mine')),
    forOthers ? listAsked(db, theirs) : [],
    forOthers ? listAnswered(db, theirs, at('others')) : [],
  ])
  const now = clock.now()
  const part = (list: 'mine' | 'others', first: readonly CoachingRow[], found: readonly CoachingRow[]) => {
    const anchor = `coaching-${list}`
    const one = listPage(found, AT_ONCE, { path: '/appraisal/coaching', asked, list, anchor, placeOf: ({ id }) => id })
    const some = [...(asked[list] ? [] : first), ...one.some]
    return { ...one, some: some.map((row) => ({ ...row, late: row.state === 'requested' && row.dueAt < now })) }
  }
  const shown = {
    mine: part('mine', open, answered),
    others: part('others', othersOpen, othersAnswered),
    open: open.length > 0,
    reviews: forOthers,
    indicators: INDICATORS,
    // What is read again after a refusal is the page, not the press.
    ...(c.req.method === 'GET' ? {} : { here: '/appraisal/coaching' }),
  }
  return partOrPage(c, deps, 'appraisal/coaching', 'list', { ...(await tabsOf(c, deps)), ...shown, ...values }, status)
}

/** The only one of personnel; null where there is nobody, and everybody's are the group's; undefined where there are several. */
const soleOf = (personnel: readonly StaffId[]): StaffId | null | undefined =>
  personnel.length > 1 ? undefined : (personnel[0] ?? null)
