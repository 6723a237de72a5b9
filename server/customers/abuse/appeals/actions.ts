import type { AbuseCaseId, CustomerId } from '../../../kernel/ids.ts'
import { refusal, refuse } from '../../../kernel/refusal.ts'
import { need } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { about, lift, open, type Seen, who } from '../actions.ts'
import { flagsOf } from '../cases/queries.ts'
import { findMeasure } from '../measures/queries.ts'
import * as cases from '../queries.ts'
import { whyNotAnswerAppeal, whyNotAppeal } from '../rules.ts'

/** The customer objects to their ban, once, in their own words; the same words again are the first. The caller knows whose they are. */
export async function appealBan(tx: Tx, customerId: CustomerId, text: string): Promise<void> {
  const measure = await findMeasure(tx.db, customerId, tx.now)
  if (measure?.state !== 'banned') throw refusal('abuse.not_banned')
  const row = await cases.lockCase(tx, measure.caseId)
  if (row.appeal === text) return
  refuse(whyNotAppeal(row))
  await cases.setCase(tx, row.id, { appeal: text, appealed_at: tx.now })
  await cases.insertStep(tx, { caseId: row.id, act: 'appeal', by: null, why: '', until: null })
  const { caseId, ticketId } = who({ row, flags: await flagsOf(tx.db, row.id) })
  await announce(tx, 'abuse.appealed', { caseId, customerId: row.customerId, ticketId }, about(caseId, ticketId))
}

export type Answer = Seen & {
  readonly outcome: 'upheld' | 'eased' | 'wrong'
  /** What the customer reads. */
  readonly answer: string
}

/** Answered by somebody who had no part in the ban: it stays to its end, or ends now. */
export async function answerAppeal(tx: Tx, id: AbuseCaseId, { outcome, answer, ...seen }: Answer): Promise<void> {
  need(tx, 'abuse.decide')
  const found = await open(tx, id, 'uphold', seen)
  if (!found) return
  const { row, by, flags } = found
  const flaggedBy = flags.map((flag) => flag.flaggedBy)
  refuse(whyNotAnswerAppeal(row, by, flaggedBy))
  refuse(answer.trim() === '' ? refusal('abuse.answer_missing', {}, 'answer') : null)
  await cases.setCase(tx, id, { answer, answered_by: by, answered_at: tx.now })
  const upheld = outcome === 'upheld'
  if (upheld) await cases.insertStep(tx, { caseId: id, act: 'uphold', by, why: seen.why, until: row.until })
  const { ticketId, caseId, customerId } = who(found)
  await announce(tx, 'abuse.appeal_answered', { caseId, customerId, ticketId, by, upheld }, about(id, ticketId))
  if (!upheld) await lift(tx, found, { by, how: outcome, act: 'lift', why: seen.why })
}
