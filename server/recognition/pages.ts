import type { Context } from 'hono'
import { listActive } from '../accounts/people/queries.ts'
import { shown } from '../customers/privacy/rules.ts'
import type { CommendationId, PraiseId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import { DAY, plus } from '../kernel/time.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { pathId, query, rowId } from '../web/forms.ts'
import { page, partOrPage } from '../web/page.ts'
import { onwards, paged } from '../web/paging.ts'
import { listHeard, listOf, listUnder, type Praise } from './praises/queries.ts'
import {
  type Commendation,
  countWaiting,
  getCommendation,
  isSolePersonnel,
  listDecided,
  listGrantedTo,
  listNominatedBy,
  listWaiting,
} from './queries.ts'
import { CITATION_LETTERS, FINDINGS, MOST_LINKS, WORDS_LETTERS, whyNotCheck, whyNotDecide } from './rules.ts'
import { isOnWall } from './wall/queries.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

/** Decided ones a page. */
const AT_ONCE = 50
/** Of one's own. */
const OWN_AT_ONCE = 30
/** What customers said is fresh for so long. */
const PRAISE_DAYS = 45
/** More of one person's is read by nobody. */
const QUOTES = 12

/** Whoever nominated, personnel and the leaders; whom it is about once it was granted. @throws NotFound for everybody else */
export async function visible(c: Ctx, { db }: Deps, id: CommendationId): Promise<Commendation> {
  const one = await getCommendation(db, id)
  const { staffId } = c.var.me
  const theirs = one.staffId === staffId && ['granted', 'executed', 'revoked'].includes(one.state)
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

export async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const { db, clock } = deps
  const { me } = c.var
  const since = (days: number): Date => plus(clock.now(), -days * DAY)
  const judging = judges(me)
  const asked = query(c, {
    before: rowId.optional(),
    mine: rowId.optional(),
    granted: rowId.optional(),
    said: rowId.optional(),
  })
  const at = (place: string | undefined) => ({
    before: (place ?? null) as CommendationId | null,
    limit: OWN_AT_ONCE + 1,
  })
  const { before } = at(asked.before)
  const said = { before: (asked.said ?? null) as PraiseId | null, limit: OWN_AT_ONCE + 1 }
  const [nominated, granted, open, decided, heard, own, waiting] = await Promise.all([
    listNominatedBy(db, me.staffId, at(asked.mine)),
    listGrantedTo(db, me.staffId, at(asked.granted)),
    judging ? listWaiting(db) : [],
    judging ? listDecided(db, { except: me.staffId, before, limit: AT_ONCE + 1 }) : [],
    judging ? listHeard(db, { since: since(PRAISE_DAYS), except: me.staffId, limit: 400 }) : [],
    listOf(db, me.staffId, said),
    countWaiting(db, me.staffId),
  ])
  const part = <Row extends { readonly id: string }>(list: string, found: readonly Row[], limit = OWN_AT_ONCE) => {
    const { some, last } = paged(found, limit)
    const anchor = list === 'before' ? 'over' : `commendations-${list}`
    return { some, older: last && onwards('/commendations', asked, { list, place: last.id, anchor }) }
  }
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
    mine: part('mine', nominated),
    granted: part('granted', granted),
    own: part('said', own.map(seen)),
    open: open.filter(({ staffId }) => staffId !== me.staffId).map((one) => marked(one, me)),
    over: part('before', decided, AT_ONCE),
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

const mayOf = (one: Commendation, me: SignedIn, sole = false) => {
  const open = one.state === 'nominated' || one.state === 'reviewed'
  return {
    check: open && judges(me) && whyNotCheck(me.staffId, one) === null && me.staffId !== one.decidedBy,
    decide:
      one.state === 'reviewed' && me.capabilities.has('recognition.decide') && whyNotDecide(me.staffId, one) === null,
    withdraw: open && one.nominatedBy === me.staffId,
    execute:
      one.state === 'granted' &&
      one.reward !== '' &&
      (me.capabilities.has('recognition.review') || (sole && me.capabilities.has('recognition.decide'))) &&
      one.staffId !== me.staffId,
    wall: one.staffId === me.staffId && (one.state === 'granted' || one.state === 'executed'),
  }
}

export async function showOne(c: Ctx, deps: Deps, values: Values = {}, status: 200 | 422 = 200): Promise<Response> {
  const { me } = c.var
  const one = await visible(c, deps, pathId<CommendationId>(c))
  const [praises, onWall, sole] = await Promise.all([
    listUnder(deps.db, one.id),
    isOnWall(deps.db, one.staffId),
    isSolePersonnel(deps.db, one.staffId),
  ])
  const may = mayOf(one, me, sole)
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

export async function showForm(c: Ctx, deps: Deps, values: { typed: Values } & Values, status: 200 | 422 = 200) {
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
