import type { ContestGround, ExclusionReason } from '../../../events/ratings.ts'
import type { ContestId, RatingId, StaffId } from '../../../kernel/ids.ts'
import { NotFound, refuse } from '../../../kernel/refusal.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { lockTicket } from '../../queries.ts'
import * as contests from '../contests/queries.ts'
import * as exclusions from '../exclusions/queries.ts'
import * as standing from './queries.ts'
import {
  contestEndsAt,
  whyNotContest,
  whyNotDecide,
  whyNotExclude,
  whyNotGround,
  whyNotJudge,
  whyNotWithout,
} from './rules.ts'

/** The agent says that it is not about them. Whose it is to say is whom it is credited to, on duty or off. Pressed twice is once. */
export async function contestRating(
  tx: Tx,
  ratingId: RatingId,
  { ground, words }: { ground: ContestGround; words: string },
  zone: string,
): Promise<void> {
  const by = staffOf(tx)
  const rating = await lockRating(tx, ratingId, zone)
  const { ratingContestWorkdays } = await currentSettings(tx.db)
  const endsAt = contestEndsAt(rating.givenAt ?? tx.now, ratingContestWorkdays, zone)
  const mine = rating.handlers[0]?.staffId === by
  const before = (await contests.contestOf(tx.db, ratingId, by)) !== undefined
  if (before && rating.contested) return
  refuse(whyNotContest({ ...rating, mine, before, endsAt }, tx.now) ?? whyNotGround(ground, words))
  const contestId = await contests.insertContest(tx, { ratingId, staffId: by, ground, words })
  if (!contestId) return
  const { ticketId } = rating
  await announce(tx, 'rating.contested', { ratingId, ticketId, contestId, by, ground }, about(rating))
}

/** Taken back before anybody decided. */
export async function withdrawContest(tx: Tx, id: ContestId, zone: string): Promise<void> {
  const by = staffOf(tx)
  const rating = await lockRating(tx, await contests.ratingOfContest(tx.db, id), zone)
  const contest = await contests.lockContest(tx, id)
  if (contest.staffId !== by) throw new NotFound()
  if (contest.state === 'withdrawn') return
  refuse(whyNotDecide(contest.state))
  await contests.settleContest(tx, id, { state: 'withdrawn', by, why: '' })
  const { id: ratingId, ticketId } = rating
  await announce(tx, 'rating.contest_withdrawn', { ratingId, ticketId, contestId: id, by }, about(rating))
}

export type Decision = {
  readonly outcome: 'counted' | 'excluded'
  /** Why it is left out; asked for where it is. */
  readonly reason: ExclusionReason
  readonly why: string
}

/** The second person's word: it counts, or it is left out for a reason. */
export async function decideContest(
  tx: Tx,
  id: ContestId,
  { outcome, reason, why }: Decision,
  zone: string,
): Promise<void> {
  need(tx, 'rating.decide')
  const by = staffOf(tx)
  const rating = await lockRating(tx, await contests.ratingOfContest(tx.db, id), zone)
  const contest = await contests.lockContest(tx, id)
  if (contest.state === outcome && contest.decidedBy === by) return
  refuse(
    whyNotJudge(by, [contest.staffId, ...rating.handlers.map(({ staffId }) => staffId)]) ??
      whyNotDecide(contest.state) ??
      whyNotWithout(why),
  )
  const { id: ratingId, ticketId } = rating
  await contests.settleContest(tx, id, { state: outcome, by, why })
  const told = { ratingId, ticketId, contestId: id, contestedBy: contest.staffId, by, outcome }
  await announce(tx, 'rating.contest_decided', told, about(rating))
  if (outcome === 'counted') return
  if (await exclusions.insertExclusion(tx, { ratingId, reason, why, by, contestId: id }))
    await announce(tx, 'rating.excluded', { ratingId, ticketId, by, reason, contestId: id }, about(rating))
}

/** Left out without anybody's asking: whoever checks the quality saw that it is about a price, a policy, an outage, or somebody else. */
export async function excludeRating(
  tx: Tx,
  ratingId: RatingId,
  { reason, why }: { reason: ExclusionReason; why: string },
  zone: string,
): Promise<void> {
  need(tx, 'rating.decide')
  const by = staffOf(tx)
  const rating = await lockRating(tx, ratingId, zone)
  if (rating.exclusionId) return
  refuse(whyNotJudge(by, partsOf(rating)) ?? whyNotExclude(rating) ?? whyNotWithout(why))
  if (await exclusions.insertExclusion(tx, { ratingId, reason, why, by, contestId: null }))
    await announce(
      tx,
      'rating.excluded',
      { ratingId, ticketId: rating.ticketId, by, reason, contestId: null },
      about(rating),
    )
}

/** It was wrong to leave it out: it counts again. What the record itself says stays. */
export async function includeRating(tx: Tx, ratingId: RatingId, { why }: { why: string }, zone: string): Promise<void> {
  need(tx, 'rating.decide')
  const by = staffOf(tx)
  const rating = await lockRating(tx, ratingId, zone)
  if (!rating.exclusionId) return
  refuse(whyNotJudge(by, partsOf(rating)) ?? whyNotWithout(why))
  const reason = await exclusions.liftExclusion(tx, ratingId, { by, why })
  if (reason) await announce(tx, 'rating.included', { ratingId, ticketId: rating.ticketId, by, reason }, about(rating))
}

/** The ticket before the rating: the order of the house. */
async function lockRating(tx: Tx, id: RatingId, zone: string): Promise<standing.Standing> {
  await lockTicket(tx, await standing.ticketOfRating(tx.db, id))
  return standing.lockStanding(tx, id, zone)
}

const partsOf = ({ handlers }: standing.Standing): StaffId[] => handlers.map(({ staffId }) => staffId as StaffId)
const about = ({ ticketId, handlers }: standing.Standing): { about: string[] } => ({
  about: [`ticket:${ticketId}`, 'ratings', ...handlers.map(({ staffId }) => `work:${staffId}`)],
})
