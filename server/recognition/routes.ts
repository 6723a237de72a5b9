import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CommendationId, PraiseId, StaffId } from '../kernel/ids.ts'
import { isId } from '../kernel/ids.ts'
import { LINK_LETTERS, linksIn } from '../kernel/links.ts'
import { Malformed, Refusal } from '../kernel/refusal.ts'
import type { Tx } from '../schema.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId, query, rowId, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { seeOther } from '../web/page.ts'
import * as act from './actions.ts'
import { showForm, showList, showOne, visible } from './pages.ts'
import { setPraiseAside } from './praises/actions.ts'
import { CITATION_LETTERS, FINDINGS, MOST_LINKS, WORDS_LETTERS } from './rules.ts'
import { showOnWall } from './wall/actions.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** Ids of praises in the address, `12,15`. */
const IDS = z.string().regex(/^[1-9]\d{0,17}(,[1-9]\d{0,17}){0,49}$/)

/** /commendations: nominating, checking, deciding; what customers said in praise; one with all its acts. */
export function recognitionRoutes(deps: Deps) {
  const anybody = staffOnly(deps, 'recognition.nominate')
  const acting = async (c: Ctx, typed: Values, what: (tx: Tx, id: CommendationId) => Promise<unknown>) => {
    const id = pathId<CommendationId>(c)
    await visible(c, deps, id)
    try {
      await deps.transact(c.var.me.actor, (tx) => what(tx, id))
      return seeOther(c, `/commendations/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showOne(c, deps, { typed, at: c.req.path.split('/').at(-1), refused: refusedBy(error) }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', anybody, (c) => showList(c, deps))
    .get('/new', anybody, async (c) => {
      const { person, praise, ticket, incident } = query(c, {
        person: rowId.optional(),
        praise: IDS.optional(),
        ticket: rowId.optional(),
        incident: rowId.optional(),
      })
      const links = incident ? `/incidents/${incident}` : ticket ? `/tickets/${ticket}` : ''
      return showForm(c, deps, { typed: { person, praise: praise ?? '', links } })
    })
    .post('/', anybody, async (c) => {
      const typed = await form(c, {
        person: rowId.or(z.literal('')),
        words: optionalText(WORDS_LETTERS),
        links: optionalText(MOST_LINKS * (LINK_LETTERS + 2)),
        praise: IDS.or(z.literal('')),
      })
      try {
        if (typed.person === '') throw new Refusal('recognition.nobody_chosen', {}, 'person')
        if (typed.words.trim() === '') throw new Refusal('recognition.words_missing', {}, 'words')
        const nominating = {
          staffId: typed.person as StaffId,
          words: typed.words.trim(),
          links: linksIn(typed.links),
          praises: idsIn(typed.praise),
        }
        const id = await deps.transact(c.var.me.actor, (tx) => act.nominate(tx, nominating))
        return seeOther(c, `/commendations/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showForm(c, deps, { typed, refused: refusedBy(error) }, 422)
      }
    })
    .post('/praises/:id/setting-aside', staffOnly(deps, 'recognition.review'), async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => setPraiseAside(tx, pathId<PraiseId>(c)))
      return seeOther(c, '/commendations#praises')
    })
    .get('/:id', anybody, (c) => showOne(c, deps))
    .post('/:id/check', anybody, async (c) => {
      const typed = await form(c, { finding: z.enum(FINDINGS), words: optionalText(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.checkFacts(tx, id, typed))
    })
    .post('/:id/decision', anybody, async (c) => {
      const typed = await form(c, {
        outcome: z.enum(['granted', 'declined']),
        why: text(CITATION_LETTERS),
        reward: optionalText(CITATION_LETTERS),
      })
      return acting(c, typed, (tx, id) => act.decideCommendation(tx, id, typed))
    })
    .post('/:id/withdrawal', anybody, async (c) => {
      await form(c, {})
      return acting(c, {}, act.withdrawNomination)
    })
    .post('/:id/reward', anybody, async (c) => {
      await form(c, {})
      return acting(c, {}, act.executeReward)
    })
    .post('/:id/wall', anybody, async (c) => {
      const { shown: on } = await form(c, { shown: z.enum(['yes', 'no']) })
      return acting(c, {}, (tx, id) => showOnWall(tx, id, on === 'yes'))
    })
}

const refusedBy = (error: Refusal) => ({ [error.field ?? 'form']: error })

function idsIn(list: string): PraiseId[] {
  const ids = list === '' ? [] : list.split(',')
  if (!ids.every(isId)) throw new Malformed('bad_field', 'praise')
  return ids as PraiseId[]
}
