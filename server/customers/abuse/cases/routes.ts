import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { AbuseCaseId } from '../../../kernel/ids.ts'
import { Refusal } from '../../../kernel/refusal.ts'
import type { Tx } from '../../../schema.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { form, optionalText, pathId, wholeNumber } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../../web/page.ts'
import { seesCustomer, shown } from '../../privacy/rules.ts'
import { confirmBan, liftCase, limitCustomer, proposeBan, refuseBan, warnCustomer } from '../actions.ts'
import { answerAppeal } from '../appeals/actions.ts'
import { DUTIES, WORDS_LETTERS } from '../rules.ts'
import { listCases } from './queries.ts'
import { casePageOf } from './show.ts'
import type { Witness } from './witness.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>
const MOST = 60
const SEEN = { version: wholeNumber, why: optionalText(WORDS_LETTERS) }
/** "Also new visitors from the same address range", ticked. */
const RANGE = { range: z.literal('yes').optional() }
/** As typed: what is no number is refused in words, with all that was typed kept. */
const LENGTH = optionalText(12)
const numberIn = (typed: string): number => (/^\d+$/.test(typed.normalize('NFKC').trim()) ? Number(typed) : Number.NaN)

/** /abuse: cases of abuse, those that need somebody first; one with its evidence and what may be decided about it. */
export const abuseRoutes = (deps: Deps, witness: Witness) => {
  const decide =
    <Shape extends z.ZodRawShape>(
      name: string,
      shape: Shape,
      act: (tx: Tx, id: AbuseCaseId, typed: z.infer<z.ZodObject<Shape & typeof SEEN>>) => Promise<void>,
    ) =>
    async (c: Ctx): Promise<Response> => {
      const typed = (await form(c, { ...SEEN, ...shape })) as z.infer<z.ZodObject<Shape & typeof SEEN>>
      const id = pathId<AbuseCaseId>(c)
      try {
        await deps.transact(c.var.me.actor, (tx) => act(tx, id, typed))
        return seeOther(c, `/abuse/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, { typed, form: name, refused: { [error.field ?? 'form']: error } }, 422)
      }
    }
  async function show(c: Ctx, values: Values, status: 200 | 422 = 200): Promise<Response> {
    const shown = { ...(await casePageOf(deps, c.var.me, pathId<AbuseCaseId>(c), witness)), ...values }
    return wantsPart(c) && status === 200
      ? fragment(c, deps, 'abuse/show', 'case', shown)
      : page(c, deps, 'abuse/show', shown, status)
  }

  const reads = staffOnly(deps, 'abuse.read')
  const leads = staffOnly(deps, 'abuse.lead')
  const decides = staffOnly(deps, 'abuse.decide')
  return new Hono<Env>()
    .get('/', reads, async (c) => {
      const inFull = seesCustomer(c.var.me, null)
      const cases = (await listCases(deps.db, MOST)).map((one) => ({
        ...one,
        customerName: shown('name', one.customerName, inFull),
      }))
      const values = { cases }
      return wantsPart(c) ? fragment(c, deps, 'abuse/list', 'list', values) : page(c, deps, 'abuse/list', values)
    })
    .get('/:id', reads, (c) => show(c, {}))
    .post('/:id/warning', leads, decide('warn', { duty: z.enum(DUTIES) }, warnCustomer))
    .post(
      '/:id/limit',
      leads,
      decide('limit', { hours: LENGTH, ...RANGE }, (tx, id, { hours, range, ...seen }) =>
        limitCustomer(tx, id, { ...seen, hours: numberIn(hours), range: range !== undefined }),
      ),
    )
    .post(
      '/:id/proposal',
      leads,
      decide('propose', { days: LENGTH }, (tx, id, { days, ...seen }) =>
        proposeBan(tx, id, { ...seen, days: numberIn(days) }),
      ),
    )
    .post('/:id/proposal/refusal', reads, decide('refuse', {}, refuseBan))
    .post(
      '/:id/ban',
      decides,
      decide('ban', RANGE, (tx, id, { range, ...seen }) => confirmBan(tx, id, { ...seen, range: range !== undefined })),
    )
    .post('/:id/lifting', leads, decide('lift', { how: z.enum(['eased', 'wrong']) }, liftCase))
    .post(
      '/:id/answer',
      decides,
      decide(
        'answer',
        { outcome: z.enum(['upheld', 'eased', 'wrong']), answer: optionalText(WORDS_LETTERS) },
        answerAppeal,
      ),
    )
}
