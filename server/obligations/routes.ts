import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listDepartments } from '../accounts/departments/queries.ts'
import { listActive } from '../accounts/people/queries.ts'
import { POSTS } from '../kernel/capabilities.ts'
import type { DepartmentId, ObligationId, StaffId } from '../kernel/ids.ts'
import { OBLIGATION_KINDS, OBLIGATION_STATES } from '../kernel/obligations.ts'
import { Malformed, NotFound, Refusal } from '../kernel/refusal.ts'
import { addDays, instantOf, nightOf } from '../kernel/time.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { day, form, optionalText, pathId, query, rowId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, partOrPage, seeOther, wantsPart } from '../web/page.ts'
import { excuse } from './actions.ts'
import { myNight, seenObligation } from './contributions.ts'
import { countWanted, listWanted, viewObligation, type Wanted } from './lists/queries.ts'
import { LINK_LETTERS, REASON_LETTERS } from './rules.ts'

const AT_ONCE = 50
/** Until somebody asks for other days: this night and the week before it. */
const DAYS = 7
const ASKED = {
  from: z.union([day, z.literal('')]).optional(),
  to: z.union([day, z.literal('')]).optional(),
  person: z.union([rowId, z.literal('')]).optional(),
  department: z.union([rowId, z.literal('')]).optional(),
  post: z.enum([...POSTS, '']).optional(),
  kind: z.enum([...OBLIGATION_KINDS, '']).optional(),
  state: z.enum([...OBLIGATION_STATES, '']).optional(),
  before: z
    .string()
    .regex(/^\d{1,16}-[1-9]\d{0,17}$/)
    .optional(),
}
type Asked = z.infer<z.ZodObject<typeof ASKED>>

/** /obligations: what was due from whom and what became of it, with filters in the address; one of them, and its excuse. */
export function obligationRoutes(deps: Deps) {
  const reads = staffOnly(deps, 'obligation.read')
  return new Hono<Env>()
    .get('/', reads, (c) => showList(c, deps))
    .get('/mine', staffOnly(deps), async (c) => {
      if (!wantsPart(c)) return seeOther(c, '/duty')
      const { view, part, values } = await myNight(deps, c.var.me.staffId)
      return fragment(c, deps, view, part, { ...values })
    })
    .get('/:id', staffOnly(deps), (c) => showOne(c, deps, {}))
    .post('/:id/excuse', staffOnly(deps, 'obligation.excuse'), async (c) => {
      const typed = await form(c, { reason: optionalText(REASON_LETTERS), link: optionalText(LINK_LETTERS) })
      const id = pathId<ObligationId>(c)
      try {
        await deps.transact(c.var.me.actor, (tx) => excuse(tx, id, typed))
        return seeOther(c, `/obligations/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showOne(c, deps, { typed, refused: { [error.field ?? 'form']: error } }, 422)
      }
    })
}

async function showOne(
  c: Context<Env>,
  deps: Deps,
  values: Record<string, unknown>,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { me } = c.var
  const one = await viewObligation(deps.db, pathId<ObligationId>(c))
  const mine = one.staffId === me.staffId
  if (!mine && !me.capabilities.has('obligation.read')) throw new NotFound()
  const shown = {
    one: seenObligation(one, deps.clock.now()),
    mine,
    excuses: !mine && me.capabilities.has('obligation.excuse') && (one.state === 'late' || one.state === 'missed'),
    letters: REASON_LETTERS,
  }
  return wantsPart(c) && status === 200
    ? fragment(c, deps, 'obligations/show', 'one', { ...shown, ...values })
    : page(c, deps, 'obligations/show', { ...shown, ...values }, status)
}

async function showList(c: Context<Env>, deps: Deps): Promise<Response> {
  const asked = query(c, ASKED)
  const wanted = wantedIn(asked, deps)
  const [counts, found, departments, people] = await Promise.all([
    countWanted(deps.db, wanted),
    listWanted(deps.db, wanted, { state: asked.state || null, limit: AT_ONCE + 1 }),
    listDepartments(deps.db),
    listActive(deps.db),
  ])
  const shown = found.slice(0, AT_ONCE)
  const last = found.length > AT_ONCE ? shown.at(-1) : undefined
  const now = deps.clock.now()
  return partOrPage(c, deps, 'obligations/list', 'list', {
    asked: { ...asked, ...daysOf(asked, deps) },
    rows: shown.map((one) => seenObligation(one, now)),
    states: OBLIGATION_STATES.map((state) => ({
      state,
      count: counts[state],
      address: addressOf({ ...asked, state, before: undefined }),
    })),
    everything: Object.values(counts).reduce((sum, count) => sum + count, 0),
    all: addressOf({ ...asked, state: '', before: undefined }),
    here: addressOf(asked),
    more: last && addressOf({ ...asked, before: `${last.dueAt.getTime()}-${last.id}` }),
    narrow: Object.entries(asked).some(([name, value]) => value && name !== 'before'),
    departments,
    people,
    posts: POSTS,
    kinds: OBLIGATION_KINDS,
  })
}

function daysOf({ from, to }: Asked, { clock, config }: Deps): { from: string; to: string } {
  const tonight = nightOf(clock.now(), config.timeZone)
  return { from: from || addDays(to || tonight, -DAYS), to: to || tonight }
}

/** Nights, as everything here counts: from noon of the first to noon after the last. */
function wantedIn(asked: Asked, deps: Deps): Wanted {
  const { from, to } = daysOf(asked, deps)
  const [at, id] = (asked.before ?? '').split('-')
  const before = at && id ? { at: new Date(Number(at)), id: id as ObligationId } : null
  if (before && Number.isNaN(before.at.getTime())) throw new Malformed('bad_field', 'before')
  return {
    from: instantOf(from, '12:00', deps.config.timeZone),
    to: instantOf(addDays(to, 1), '12:00', deps.config.timeZone),
    staffId: (asked.person || null) as StaffId | null,
    departmentId: (asked.department || null) as DepartmentId | null,
    post: asked.post || null,
    kind: asked.kind || null,
    before,
  }
}

function addressOf(asked: Asked): string {
  const words = Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const search = new URLSearchParams(words).toString()
  return search ? `/obligations?${search}` : '/obligations'
}
