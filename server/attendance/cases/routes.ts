import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { PostCaseId } from '../../kernel/ids.ts'
import { NotFound, Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, partOrPage, seeOther, wantsPart } from '../../web/page.ts'
import { decideCase, statePost, visitPost } from './actions.ts'
import { getCase, listCases } from './queries.ts'
import { isHeard, OUTCOMES, REASON_LETTERS, STATEMENT_LETTERS, whyNotDecide } from './rules.ts'

type Ctx = Context<Env>
type Typed = Readonly<Record<string, string>>
const AT_ONCE = 100

/** /attendance/cases: where somebody may have left their post; what was seen, what they say, what is decided (REGULATION row 55). */
export function postCaseRoutes(deps: Deps) {
  const acting = async (c: Ctx, typed: Typed, act: (tx: Tx, id: PostCaseId) => Promise<void>): Promise<Response> => {
    const id = pathId<PostCaseId>(c)
    try {
      await deps.transact(c.var.me.actor, (tx) => act(tx, id))
      return seeOther(c, `/attendance/cases/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showOne(c, deps, { typed, refused: error }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', staffOnly(deps), async (c) => {
      query(c, {})
      const { me } = c.var
      const all = seesAll(c)
      const cases = await listCases(deps.db, { ...(all ? {} : { staffId: me.staffId }), limit: AT_ONCE })
      return partOrPage(c, deps, 'attendance/cases', 'cases', { all, cases })
    })
    .get('/:id', staffOnly(deps), (c) => showOne(c, deps, {}))
    .post('/:id/visit', staffOnly(deps, 'attendance.lead'), async (c) => {
      const typed = await form(c, { found: z.enum(['there', 'not_there']), note: optionalText(REASON_LETTERS) })
      return acting(c, typed, (tx, id) => visitPost(tx, id, typed))
    })
    .post('/:id/statement', staffOnly(deps, 'attendance.own'), async (c) => {
      const typed = await form(c, { words: text(STATEMENT_LETTERS) })
      return acting(c, typed, (tx, id) => statePost(tx, id, typed.words))
    })
    .post('/:id/decision', staffOnly(deps, 'attendance.decide'), async (c) => {
      const typed = await form(c, { outcome: z.enum(OUTCOMES), reason: text(REASON_LETTERS) })
      return acting(c, typed, (tx, id) => decideCase(tx, id, typed))
    })
}

const seesAll = ({ var: { me } }: Ctx): boolean =>
  me.capabilities.has('attendance.lead') || me.capabilities.has('attendance.read')

/** One's own, or with the right to see everybody's. */
async function showOne(c: Ctx, deps: Deps, values: object, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const now = deps.clock.now()
  const one = await getCase(deps.db, pathId<PostCaseId>(c))
  const mine = one.staffId === me.staffId
  if (!mine && !seesAll(c)) throw new NotFound()
  const open = one.state === 'suspected'
  const decides = open && !mine && me.capabilities.has('attendance.decide')
  const shown = {
    one,
    mine,
    all: seesAll(c),
    heard: isHeard(one, now),
    states: open && mine,
    visits: open && !mine && one.found === null && me.capabilities.has('attendance.lead'),
    decides,
    whyNot: decides ? whyNotDecide(one, { by: me.staffId, outcome: 'left_post', now }) : null,
    ...values,
  }
  return wantsPart(c) && status === 200
    ? fragment(c, deps, 'attendance/case', 'one', shown)
    : page(c, deps, 'attendance/case', shown, status)
}
