import { type Context, Hono } from 'hono'
import type { SignatureId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, partOrPage, seeOther, wantsPart } from '../../web/page.ts'
import { listNames } from '../months/people/queries.ts'
import { sayFindings } from '../night.ts'
import { confirmSignature, objectSignature } from './actions.ts'
import { signatureCard } from './contributions.ts'
import { listSignatures } from './queries.ts'
import { OBJECTION_LETTERS } from './rules.ts'

const MOST = 60

/** /roster/signatures: what I was named for, with what I say to it; HR reads all of them beside their own (row 3). */
export function signatureRoutes(deps: Deps) {
  const mine = staffOnly(deps, 'attendance.own')
  const acting = async (
    c: Context<Env>,
    what: (tx: Tx, id: SignatureId) => Promise<unknown>,
    typed: Record<string, unknown> = {},
  ): Promise<Response> => {
    const id = pathId<SignatureId>(c)
    try {
      await deps.transact(c.var.me.actor, (tx) => what(tx, id))
      return seeOther(c, '/roster/signatures')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return show(c, deps, { refused: error, at: id, typed }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', mine, (c) => show(c, deps, {}))
    .get('/card', mine, async (c) => {
      if (!wantsPart(c)) return seeOther(c, '/roster/signatures')
      const card = await signatureCard(deps.db, c.var.me.staffId)
      return fragment(c, deps, 'signatures/card', 'card', { ...card.values })
    })
    .post('/:id/confirmation', mine, async (c) => {
      await form(c, {})
      return acting(c, confirmSignature)
    })
    .post('/:id/objection', mine, async (c) => {
      const typed = await form(c, { words: optionalText(OBJECTION_LETTERS) })
      return acting(c, (tx, id) => objectSignature(tx, id, typed.words), typed)
    })
}

async function show(
  c: Context<Env>,
  deps: Deps,
  values: Record<string, unknown>,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { me, language } = c.var
  const names = await listNames(deps.db)
  const said = async (which: Parameters<typeof listSignatures>[1]) =>
    (await listSignatures(deps.db, which, MOST)).map((one) => ({
      ...one,
      broke: sayFindings(
        one.findings.filter(({ weight }) => weight === 'hard'),
        language,
        names,
      ),
    }))
  const plans = me.capabilities.has('roster.edit')
  return partOrPage(
    c,
    deps,
    'signatures/mine',
    'mine',
    {
      mine: await said({ leader: me.staffId }),
      all: plans ? await said({ all: true }) : [],
      plans,
      letters: OBJECTION_LETTERS,
      ...values,
    },
    status,
  )
}
