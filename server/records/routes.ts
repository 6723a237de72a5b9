import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listActive } from '../accounts/people/queries.ts'
import type { DocumentRequestId, StaffId } from '../kernel/ids.ts'
import { LINK_LETTERS, linksIn } from '../kernel/links.ts'
import { NotFound, Refusal } from '../kernel/refusal.ts'
import { PROOF_BYTES, withProof } from '../roster/swaps/proof/actions.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import { download } from '../web/download.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId, query, rowId, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, partOrPage, seeOther } from '../web/page.ts'
import { uploaded } from '../web/uploads.ts'
import * as act from './actions.ts'
import { showRecords } from './lists.ts'
import { answersTo, type DocumentRequest, getRequest } from './queries.ts'
import { MOST_LINKS, PURPOSES, WORDS_LETTERS } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** A paper and what the form needs around it. */
export const PAPER_FORM_BYTES = PROOF_BYTES + 50_000
export const LINKS = optionalText(MOST_LINKS * (LINK_LETTERS + 2))

/** /records: what I am asked for and cases about me; for whoever checks those of all; one request with all that was said. */
export function recordRoutes(deps: Deps) {
  const own = staffOnly(deps, 'record.own')
  const asks = staffOnly(deps, 'record.ask')
  const zone = deps.config.timeZone
  const acting = async (c: Ctx, typed: Values, what: (tx: Tx, id: DocumentRequestId) => Promise<unknown>) =>
    trying(c, typed, (id) => deps.transact(c.var.me.actor, (tx) => what(tx, id)))
  const trying = async (c: Ctx, typed: Values, what: (id: DocumentRequestId) => Promise<unknown>) => {
    const id = pathId<DocumentRequestId>(c)
    await visible(c, deps, id)
    try {
      await what(id)
      return seeOther(c, `/records/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return showOne(c, deps, { typed, at: c.req.path.split('/').at(-1), refused: refusedBy(error) }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', own, (c) => showRecords(c, deps))
    .get('/new', asks, async (c) => {
      const asked = query(c, { person: rowId.optional(), link: optionalText(LINK_LETTERS).optional() })
      return showForm(c, deps, { typed: { person: asked.person, link: asked.link ?? '' } })
    })
    .post('/', asks, async (c) => {
      const typed = await form(c, {
        person: rowId.or(z.literal('')),
        purpose: z.enum(PURPOSES),
        words: optionalText(WORDS_LETTERS),
        link: optionalText(LINK_LETTERS),
      })
      try {
        if (typed.person === '') throw new Refusal('records.nobody_chosen', {}, 'person')
        if (typed.words.trim() === '') throw new Refusal('records.words_missing', {}, 'words')
        const { purpose, words, link } = typed
        const wish = { staffId: typed.person as StaffId, purpose, words: words.trim(), link: link.trim() }
        const id = await deps.transact(c.var.me.actor, (tx) => act.askForDocuments(tx, wish, zone))
        return seeOther(c, `/records/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showForm(c, deps, { typed, refused: refusedBy(error) }, 422)
      }
    })
    .get('/:id', own, (c) => showOne(c, deps))
    .get('/:id/papers/:answer', own, async (c) => {
      const { id } = await visible(c, deps, pathId<DocumentRequestId>(c))
      const said = (await answersTo(deps.db, id)).find((one) => one.id === c.req.param('answer'))
      if (!said?.file) throw new NotFound()
      return download(c, deps.files, said.file)
    })
    .post('/:id/answer', own, async (c) => {
      const typed = await form(c, { words: optionalText(WORDS_LETTERS), links: LINKS })
      const paper = uploaded(c, 'proof')
      const said = { words: typed.words.trim(), links: linksIn(typed.links) }
      return trying(c, typed, (id) =>
        withProof(deps.files, paper, (file) =>
          deps.transact(c.var.me.actor, (tx) => act.answerRequest(tx, id, { ...said, file })),
        ),
      )
    })
    .post('/:id/acceptance', asks, async (c) => {
      await form(c, {})
      return acting(c, {}, act.acceptAnswer)
    })
    .post('/:id/return', asks, async (c) => {
      const typed = await form(c, { words: text(WORDS_LETTERS) })
      return acting(c, typed, (tx, id) => act.askBack(tx, id, typed.words.trim(), zone))
    })
    .post('/:id/withdrawal', asks, async (c) => {
      await form(c, {})
      return acting(c, {}, act.withdrawRequest)
    })
}

export const refusedBy = (error: Refusal) => ({ [error.field ?? 'form']: error })

/** Who is asked, and whoever checks or decides. @throws NotFound for everybody else */
async function visible(c: Ctx, { db }: Deps, id: DocumentRequestId): Promise<DocumentRequest> {
  const one = await getRequest(db, id)
  if (one.staffId !== c.var.me.staffId && !checks(c)) throw new NotFound()
  return one
}

export const checks = ({ var: { me } }: Ctx): boolean =>
  me.capabilities.has('record.ask') || me.capabilities.has('record.decide')

async function showOne(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const one = await visible(c, deps, pathId<DocumentRequestId>(c))
  const mine = one.staffId === c.var.me.staffId
  const asks = !mine && c.var.me.capabilities.has('record.ask')
  const shown = {
    one,
    late: one.state === 'asked' && one.dueAt < deps.clock.now(),
    said: await answersTo(deps.db, one.id),
    letters: WORDS_LETTERS,
    most: MOST_LINKS,
    may: {
      answer: mine && one.state === 'asked',
      add: mine && (one.state === 'answered' || one.state === 'accepted'),
      accept: asks && one.state === 'answered',
      withdraw: asks && (one.state === 'asked' || one.state === 'answered'),
      case: asks,
    },
  }
  return partOrPage(c, deps, 'records/show', 'one', { ...shown, ...values }, status)
}

async function showForm(c: Ctx, deps: Deps, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const [people, { documentWorkdays }] = await Promise.all([listActive(deps.db), currentSettings(deps.db)])
  const shown = {
    people: people.filter(({ id }) => id !== c.var.me.staffId),
    purposes: PURPOSES,
    days: documentWorkdays,
    letters: WORDS_LETTERS,
  }
  return page(c, deps, 'records/new', { ...shown, ...values }, status)
}
