import type { Context } from 'hono'
import { z } from 'zod'
import { listActive } from '../accounts/people/queries.ts'
import { shown } from '../customers/privacy/rules.ts'
import { type CommendationId, isId, type PraiseId, type StaffId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import { DAY, plus } from '../kernel/time.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env, SignedIn } from '../web/env.ts'
import { pathId, query, rowId } from '../web/forms.ts'
import { page, partOrPage } from '../web/page.ts'
import { listPage } from '../web/paging.ts'
import { listChosen, listOf, listPraised, listUnder, type Praise } from './praises/queries.ts'
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
/** People a page of those whom customers praised, and a place among them: how often, and who. */
const PRAISED_AT_ONCE = 40
const PRAISED = /^([1-9]\d{0,8})-([1-9]\d{0,17})$/
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
  const judging = judges(me)
  const asked = query(c, {
    before: rowId.optional(),
    mine: rowId.optional(),
    granted: rowId.optional(),
    said: rowId.optional(),
    praised: z.string().regex(PRAISED).optional(),
  })
  const [, total, staffId] = PRAISED.exec(asked.praised ?? '') ?? []
  const after = staffId ? { total: Number(total), staffId: staffId as StaffId } : null
  const praisedAsked = { since: plus(clock.now(), -PRAISE_DAYS * DAY), except: me.staffId, after }
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
    judging ? listPraised(db, { ...praisedAsked, people: PRAISED_AT_ONCE + 1, quotes: QUOTES }) : [],
    listOf(db, me.staffId, said),
    countWaiting(db, me.staffId),
  ])
  const part = <Row extends { readonly id: string }>(list: string, found: readonly Row[], limit = OWN_AT_ONCE) => {
    const anchor = list === 'before' ? 'over' : `commendations-${list}`
    return listPage(found, limit, { path: '/commendations', asked, list, anchor, placeOf: ({ id }) => id })
  }
  const people = [...Map.groupBy(heard, ({ staffId }) => staffId)].map(([staffId, all]) => ({
    staffId,
    name: all[0]?.name ?? '',
    nameEn: all[0]?.nameEn ?? '',
    count: all[0]?.total ?? 0,
    praise: all.map(({ id }) => id).join(','),
    some: all.map(seen),
  }))
  return partOrPage(c, deps, 'recognition/list', 'list', {
    mine: part('mine', nominated),
    granted: part('granted', granted),
    own: part('said', own.map(seen)),
    open: open.filter(({ staffId }) => staffId !== me.staffId).map((one) => marked(one, me)),
    over: part('before', decided, AT_ONCE),
    praised: listPage(people, PRAISED_AT_ONCE, {
      path: '/commendations',
      asked,
      list: 'praised',
      anchor: 'praises',
      placeOf: ({ count, staffId }) => `${count}-${staffId}`,
    }),
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
  const ids = String(values.typed.praise ?? '')
    .split(',')
    .filter(isId) as PraiseId[]
  const since = plus(clock.now(), -PRAISE_DAYS * DAY)
  const praises = judges(me) ? await listChosen(db, ids, { since, except: me.staffId }) : []
  return page(
    c,
    deps,
    'recognition/new',
    {
      people: people.filter(({ id }) => id !== me.staffId),
      praises: praises.map(seen),
      letters: WORDS_LETTERS,
      most: MOST_LINKS,
      days: commendationUndecidedDays,
      ...values,
    },
    status,
  )
}
