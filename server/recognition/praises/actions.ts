import type { PraiseId, RatingId } from '../../kernel/ids.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { isPraise } from '../rules.ts'
import * as praises from './queries.ts'

/** The best mark with words flows in as a suggestion; what comes of it people decide. */
export async function hearPraise(tx: Tx, ratingId: RatingId): Promise<void> {
  const said = await praises.wordsOfRating(tx.db, ratingId)
  if (!said || !isPraise(said)) return
  const { staffId, givenAt } = said
  const praiseId = await praises.insertPraise(tx, { ratingId, staffId, heardAt: givenAt })
  if (!praiseId) return
  await announce(tx, 'praise.heard', { praiseId, ratingId, staffId }, { about: ['recognition', `own:${staffId}`] })
}

/** Kind words, and nothing outstanding: they stay with the person, and leave the suggestions. */
export async function setPraiseAside(tx: Tx, praiseId: PraiseId): Promise<void> {
  need(tx, 'recognition.review')
  const by = staffOf(tx)
  const staffId = await praises.setAside(tx, praiseId, by)
  if (staffId) await announce(tx, 'praise.set_aside', { praiseId, staffId, by }, { about: ['recognition'] })
}
