import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listActive } from '../accounts/people/queries.ts'
import { shown } from '../customers/privacy/rules.ts'
import type { CommendationId, PraiseId, StaffId } from '../kernel/ids.ts'
import { isId } from '../kernel/ids.ts'
import { Malformed, NotFound, Refusal } from '../kernel/refusal.ts'
import { DAY, plus } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { form, optionalText, pathId, query, rowId, text } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { page, partOrPage, seeOther } from '../web/page.ts'
import * as act from './actions.ts'
import { setPraiseAside } from './praises/actions.ts'
import { listHeard, listOf, listUnder, type Praise } from './praises/queries.ts'
import { type Commendation, countWaiting, getCommendation, listAround, listCommendations } from './queries.ts'
import {
  CITATION_LETTERS,
  FINDINGS,
  LINK_LETTERS,
  linksIn,
  MOST_LINKS,
  WORDS_LETTERS,
  whyNotCheck,
  whyNotDecide,
} from './rules.ts'
import { showOnWall } from './wall/actions.ts'
import { isOnWall } from './wall/queries.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const MOST = 100
/** What customers said is fresh for so long. */
const PRAISE_DAYS = 45
const OWN_PRAISE_DAYS = 180
/** More of one person's is read by nobody. */
const QUOTES = 12
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
      const asked = query(c, { person: rowId.optional(), praise: IDS.optional(), ticket: rowId.optional() })
      const links = asked.ticket ? `/tickets/${asked.ticket}` : ''
      return showForm(c, deps, { typed: { person: asked.person, praise: asked.praise ?? '', links } })
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

/** Whoever nominated, personnel and the leaders; whom it is about once it was granted. @throws NotFound for everybody else */
async function visible(c: Ctx, { db }: Deps, id: CommendationId): Promise<Commendation> {
  const one = await getCommendation(db, id)
  const { staffId } = c.var.me
  const theirs = one.staffId === staffId && (one.state === 'granted' || one.state === 'executed')
  if (!theirs && (one.staffId === staffId || (one.nominatedBy !== staffId && !judges(c.var.me)))) throw new NotFound()
  return one
}

const judges = ({ capabilities }: SignedIn): boolean =>
  capabilities.has('recognition.review') || capabilities.has('recognition.decide')

/** A customer's words without their name. */
const seen = (praise: Praise) => ({
  ...praise,
  customerName: shown('name', praise.customerName, false),
  comment: shown('words', praise.comment, false, praise.customerName),
})

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const { db, clock } = deps
  const { me } = c.var
  const since = (days: number): Date => plus(clock.now(), -days * DAY)
  const judging = judges(me)
  const [around, all, heard, own, waiting] = await Promise.all([
    listAround(db, me.staffId),
    judging ? listCommendations(db, MOST) : [],
    judging ? listHeard(db, { since: since(PRAISE_DAYS), except: me.staffId, limit: 400 }) : [],
    listOf(db, me.staffId, since(OWN_PRAISE_DAYS), 30),
    countWaiting(db, me.staffId),
  ])
  const others = all.filter(({ staffId }) => staffId !== me.staffId)
  const praised = [...Map.groupBy(heard, ({ staffId }) => staffId)]
    .map(([staffId, some]) => ({
      staffId,
      name: some[0]?.name ?? '',
      nameEn: some[0]?.nameEn ?? '',
      count: some.length,
      praise: some
        .map(({ id }) => id)
        .slice(0, 50)
        .join(','),
      some: some.slice(0, QUOTES).map(seen),
    }))
    .toSorted((a, b) => b.count - a.count)
  return partOrPage(c, deps, 'recognition/list', 'list', {
    mine: around.filter(({ nominatedBy }) => nominatedBy === me.staffId),
    granted: around.filter(({ staffId }) => staffId === me.staffId),
    own: own.map(seen),
    open: others.filter(({ state }) => state === 'nominated' || state === 'reviewed').map((one) => marked(one, me)),
    over: others.filter(({ state }) => state !== 'nominated' && state !== 'reviewed'),
    praised,
    praiseDays: PRAISE_DAYS,
    judging,
    reviews: me.capabilities.has('recognition.review'),
    decides: me.capabilities.has('recognition.decide'),
    waiting,
  })
}

/** Whether it waits for this person. */
const marked = (one: Commendation, me: SignedIn) => {
  const may = mayOf(one, me)
  return { ...one, needsMe: (one.state === 'nominated' && may.check) || may.decide }
}

const mayOf = (one: Commendation, me: SignedIn) => {
  const open = one.state === 'nominated' || one.state === 'reviewed'
  return {
    check: open && judges(me) && whyNotCheck(me.staffId, one) === null && me.staffId !== one.decidedBy,
    decide:
      one.state === 'reviewed' && me.capabilities.has('recognition.decide') && whyNotDecide(me.staffId, one) === null,
    withdraw: open && one.nominatedBy === me.staffId,
    execute:
      one.state === 'granted' &&
      one.reward !== '' &&
      me.capabilities.has('recognition.review') &&
      one.staffId !== me.staffId,
    wall: one.staffId === me.staffId && (one.state === 'granted' || one.state === 'executed'),
  }
}

async function showOne(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const one = await visible(c, deps, pathId<CommendationId>(c))
  const [praises, onWall] = await Promise.all([listUnder(deps.db, one.id), isOnWall(deps.db, one.staffId)])
  const may = mayOf(one, me)
  const reason = judges(me) && one.state === 'reviewed' && !may.decide ? whyNotDecide(me.staffId, one) : null
  const shownValues = {
    one,
    may,
    reason: me.capabilities.has('recognition.decide') ? reason : null,
    praises: praises.map(seen),
    onWall,
    findings: FINDINGS,
    letters: { citation: CITATION_LETTERS, words: WORDS_LETTERS },
    opensRatings: me.capabilities.has('rating.decide') || one.staffId === me.staffId,
  }
  return partOrPage(c, deps, 'recognition/show', 'one', { ...shownValues, ...values }, status)
}

async function showForm(c: Ctx, deps: Deps, values: { typed: Values } & Values, status: 200 | 422 = 200) {
  const { me } = c.var
  const { db, clock } = deps
  const [people, { commendationUndecidedDays }] = await Promise.all([listActive(db), currentSettings(db)])
  const named = new Set(String(values.typed.praise ?? '').split(','))
  const heard = judges(me)
    ? await listHeard(db, { since: plus(clock.now(), -PRAISE_DAYS * DAY), except: me.staffId, limit: 400 })
    : []
  return page(
    c,
    deps,
    'recognition/new',
    {
      people: people.filter(({ id }) => id !== me.staffId),
      praises: heard.filter(({ id }) => named.has(id)).map(seen),
      letters: WORDS_LETTERS,
      most: MOST_LINKS,
      days: commendationUndecidedDays,
      ...values,
    },
    status,
  )
}
