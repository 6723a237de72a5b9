import type { PraiseId, RatingId, TicketId } from '../../kernel/ids.ts'
import { refusal } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { isPraise, isThanks } from '../rules.ts'
import * as praises from './queries.ts'

/** The best mark with words flows in as a suggestion; what comes of it people decide. */
export async function hearPraise(tx: Tx, ratingId: RatingId): Promise<void> {
  const said = await praises.wordsOfRating(tx.db, ratingId)
  if (!said || !isPraise(said)) return
  const { staffId, givenAt } = said
  const praiseId = await praises.insertPraise(tx, { ratingId, messageId: null, staffId, heardAt: givenAt })
  if (!praiseId) return
  // One conversation praises once: the words with the mark stand for those before it.
  await praises.setThanksAside(tx, ratingId)
  await announce(tx, 'praise.heard', { praiseId, ratingId, staffId }, { about: ['recognition', `own:${staffId}`] })
}

/** What a customer said before it was resolved, to whoever had spoken last; one conversation praises once. */
export async function hearThanks(tx: Tx, ticketId: TicketId, round: number): Promise<void> {
  const said = (await praises.wordsOfRound(tx.db, ticketId, round)).find(({ body }) => isThanks(body))
  if (!said) return
  const { messageId, staffId, at } = said
  const praiseId = await praises.insertPraise(tx, { ratingId: null, messageId, staffId, heardAt: at })
  if (!praiseId) return
  await announce(
    tx,
    'praise.heard',
    { praiseId, ratingId: null, staffId },
    { about: ['recognition', `own:${staffId}`] },
  )
}

/** Kind words, and nothing outstanding: they stay with the person, and leave the suggestions. */
export async function setPraiseAside(tx: Tx, praiseId: PraiseId): Promise<void> {
  need(tx, 'recognition.review')
  const by = staffOf(tx)
  const about = await praises.lockPraise(tx, praiseId)
  if (about === by) throw refusal('recognition.about_you')
  const staffId = await praises.setAside(tx, praiseId, by)
  if (staffId) await announce(tx, 'praise.set_aside', { praiseId, staffId, by }, { about: ['recognition'] })
}
