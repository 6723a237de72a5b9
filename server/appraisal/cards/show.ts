import { POSTS } from '../../kernel/capabilities.ts'
import type { AppraisalId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import { count } from '../counting/rules.ts'
import { askedOf, hasLed, objectionsTo, wordsAbout } from '../deciding/queries.ts'
import {
  mayCommentIn,
  mayScoreIn,
  maySignIn,
  mustBeSigned,
  whyNotMoveAppraisal,
  whyNotReviewer,
  whyNotSigner,
} from '../deciding/rules.ts'
import { unrecordedOn } from '../evidence/rules.ts'
import { candidatesFor, standingsIn } from '../hands/queries.ts'
import { isLate } from '../late/rules.ts'
import { listOfAppraisal } from '../measures/queries.ts'
import { getMonth } from '../months/queries.ts'
import { isGroups } from '../people/actions.ts'
import { partsIn, withRole } from '../people/queries.ts'
import { resultsOf } from '../publishing/queries.ts'
import { type AppraisalRow, getAppraisal, inputsOf, scoresOf } from '../queries.ts'
import type { Result } from '../scoring/rules.ts'
import { insteadOf } from './instead.ts'
import { namesOf } from './queries.ts'
import { arrivalsOf, cardOf, isPublic, type Mover, one as oneDecimal } from './rules.ts'

export type Sight = {
  readonly mine: boolean
  readonly reviews: boolean
  readonly signs: boolean
  readonly led: boolean
}

/** Whoever it is about, personnel, the group, and whoever led their shifts; to anybody else it is not there. @throws NotFound */
export async function sightOf(db: Deps['db'], me: SignedIn, one: AppraisalRow): Promise<Sight> {
  const sight = {
    mine: one.staffId === me.staffId,
    reviews: me.capabilities.has('appraisal.review'),
    signs: me.capabilities.has('appraisal.sign'),
    led: await hasLed(db, one.id, me.staffId),
  }
  if (!sight.mine && !sight.reviews && !sight.signs && !sight.led) throw new NotFound()
  return sight
}

/** One person's month with everything that its reader may see and do. */
export async function showCard({ db, clock }: Deps, me: SignedIn, id: AppraisalId, asked: number | null = null) {
  const one = await getAppraisal(db, id)
  const sight = await sightOf(db, me, one)
  const judges = sight.reviews || sight.signs
  const [month, versions, scores, words, objections, measures, parts, standings, others, personnel] = await Promise.all(
    [
      getMonth(db, one.monthId),
      resultsOf(db, id),
      scoresOf(db, id),
      wordsAbout(db, id),
      objectionsTo(db, id),
      listOfAppraisal(db, id, clock.now()),
      partsIn(db, id),
      standingsIn(db, { id }, me.staffId),
      judges ? candidatesFor(db, id, clock.now()) : [],
      judges ? withRole(db, 'hr') : [],
    ],
  )
  const now = clock.now()
  const standing = standings.get(id) ?? { scored: false, orphaned: false }
  const hands = { owner: sight.mine, reviews: sight.reviews, signs: sight.signs, ...standing }
  /** Personnel's own acts: theirs, or the group's where there is nobody else of them. */
  const acts = !sight.mine && (sight.reviews || (sight.signs && isGroups(personnel, one.staffId)))
  const shown = await resultFor(db, one, { month, versions, draft: sight.mine && !isPublic(one.state), asked })
  const inputs = await inputsOf(db, id, shown.revision)
  // Whoever it is about reads what was moved once it is published, and then all of it.
  const movers: Mover[] = shown.draft
    ? []
    : scores.map(({ moved, scorer, manager }) => ({ moved, ...(scorer ?? manager ?? { name: '', nameEn: '' }) }))
  const names = await namesOf(db, [one.reviewedBy, one.signedBy, one.caseBy, one.reopenedBy])
  const who = (staffId: string | null) => (staffId ? names.get(staffId) : undefined)
  const toScore = await askedOf(db, id, { by: me.staffId, signs: sight.signs })
  const mayMove = !sight.mine && toScore.length > 0 && mayScoreIn(one.monthState)
  const own = scores.find(({ id: scoreId }) => toScore.some((ask) => ask.id === scoreId))
  return {
    one,
    month,
    sight,
    card: shown.result ? cardOf(shown.result, inputs, movers) : null,
    draft: shown.draft,
    revision: shown.revision,
    /** What was published once, and is not what stands. */
    old: asked !== null && shown.revision < Math.max(one.revision, ...versions.map(({ revision }) => revision)),
    isLate: isLate(one.reopenedWhy),
    /** By when an objection is to be decided; null once that is over. */
    decideBy: one.state === 'appealed' ? one.answerDueAt : null,
    heldBack: isHeldBack(one, versions),
    again: one.state === 'reopened' || (sight.mine && versions.length > 0 && !isPublic(one.state)),
    arrivals: arrivalsOf(inputs.get('attendance') ?? []),
    leftOut: leftOutOf(inputs),
    /** Where they stood on several: so many shifts on each. */
    posts: POSTS.flatMap((post) => (one.posts[post] ? [{ post, shifts: one.posts[post] }] : [])),
    unrecorded: unrecordedOn(month.rates, Object.keys(one.posts)),
    versions: versions.map((version) => ({
      ...version,
      isLate: isLate(version.why),
      shownScore: oneDecimal(version.score),
    })),
    scores: sight.mine && !isPublic(one.state) ? [] : scores,
    scoreAsked: scores.filter(({ scoredAt }) => !scoredAt).length,
    comments: words.filter(({ kind }) => kind === 'comment'),
    returns: sight.mine ? [] : words.filter(({ kind }) => kind === 'return'),
    objections,
    measures: sight.mine
      ? measures.filter(({ state }) => state !== 'proposed')
      : sight.reviews || sight.signs
        ? measures
        : [],
    reviewer: who(one.reviewedBy),
    signer: who(one.signedBy),
    casedBy: who(one.caseBy),
    reopener: who(one.reopenedBy),
    low: shown.result?.score !== null && (shown.result?.score ?? 100) < LOW,
    own: own?.moved ?? {},
    instead: insteadOf(one, { by: me.staffId, hands, parts, candidates: { led: sight.led, others }, now }),
    movable: mayMove
      ? (one.result?.addends ?? [])
          .filter(({ score, weight }) => score !== null && weight > 0)
          .map(({ indicator, score }) => ({ indicator, score: (score ?? 0).toFixed(1) }))
      : [],
    may: {
      comment: sight.mine && mayCommentIn(one.monthState) && ['draft', 'commented'].includes(one.state),
      contest: sight.mine && one.monthState === 'contests',
      acknowledge: sight.mine && one.state === 'published',
      object:
        sight.mine &&
        whyNotMoveAppraisal(one.state, 'object') === null &&
        one.answerDueAt !== null &&
        one.answerDueAt > now,
      score: mayMove,
      review:
        judges && ['manager_scored', 'hr_reviewed'].includes(one.state) && whyNotReviewer(one, hands, now) === null,
      back:
        !sight.mine &&
        ((sight.reviews && one.state === 'manager_scored' && one.monthState === 'managers') ||
          (sight.signs && one.state === 'hr_reviewed' && maySignIn(one.monthState))),
      sign:
        one.state === 'hr_reviewed' &&
        mustBeSigned(one.grade) &&
        maySignIn(one.monthState) &&
        whyNotSigner(one, { id: me.staffId, owner: sight.mine, led: sight.led, signs: sight.signs }) === null,
      decide: !sight.mine && (sight.signs || sight.reviews) && one.state === 'appealed' && !parts.includes(me.staffId),
      case:
        acts &&
        (['managers', 'review'].includes(one.monthState) || one.state === 'manager_scored') &&
        !isPublic(one.state),
      reopen: acts && whyNotMoveAppraisal(one.state, 'reopen') === null,
    },
  }
}

/** After the day of publication, and never published: whoever it is about reads so much, and not which hand is missing. */
const isHeldBack = ({ state, monthState }: AppraisalRow, versions: Versions): boolean =>
  versions.length === 0 && ['published', 'closed'].includes(monthState) && !isPublic(state)

/** Below this a way to training stands on the card (REGULATION row 52). */
const LOW = 75

type Versions = Awaited<ReturnType<typeof resultsOf>>
type Shown = { readonly result: Result | null; readonly revision: number; readonly draft: boolean }

/** The published one where there is any; else to whoever it is about the facts alone, and to the others how it stands. */
async function resultFor(
  db: Deps['db'],
  one: AppraisalRow,
  {
    month,
    versions,
    draft,
    asked,
  }: { month: Awaited<ReturnType<typeof getMonth>>; versions: Versions; draft: boolean; asked: number | null },
): Promise<Shown> {
  const once = versions.find(({ revision }) => revision === asked)
  if (once) return { result: once.result, revision: once.revision, draft: false }
  if (asked !== null) throw new NotFound()
  if (!draft) return { result: one.result, revision: one.revision, draft: false }
  const [latest] = versions
  if (latest) return { result: latest.result, revision: latest.revision, draft: false }
  if (!one.result) return { result: null, revision: one.revision, draft: true }
  const nothing = { managers: [], review: 0, amendment: 0, seriousCase: false }
  return { result: count(await inputsOf(db, one.id, one.revision), month, one, nothing), revision: 1, draft: true }
}

/** The version whose facts somebody reads beside its card. @throws NotFound for one that was never published */
export async function revisionSeen(
  db: Deps['db'],
  one: AppraisalRow,
  { mine, asked }: { mine: boolean; asked: number | null },
): Promise<number> {
  const versions = await resultsOf(db, one.id)
  if (asked !== null && asked !== one.revision && !versions.some(({ revision }) => revision === asked))
    throw new NotFound()
  if (asked !== null) return asked
  return mine && !isPublic(one.state) ? (versions[0]?.revision ?? one.revision) : one.revision
}

/** What was left out, and why: counted by item and reason. */
function leftOutOf(inputs: Awaited<ReturnType<typeof inputsOf>>) {
  return [...inputs].flatMap(([item, facts]) => {
    const left = facts.filter(({ value }) => value === null)
    return [...Map.groupBy(left, ({ why }) => why ?? '')].map(([why, some]) => ({ item, why, count: some.length }))
  })
}
