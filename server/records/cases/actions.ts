import { instant } from '../../events/event.ts'
import type { CaseWeight } from '../../events/records.ts'
import type { DocumentRequestId, FalseRecordId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { localOf, MINUTE, plus } from '../../kernel/time.ts'
import { endOfWorkday } from '../../kernel/workdays.ts'
import { drop, owe, settle } from '../../obligations/actions.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { whyNotAsk, whyNotLinks } from '../rules.ts'
import { decisionDueFrom, dropDecision, noteDecided } from './late/actions.ts'
import * as cases from './queries.ts'
import { subjectOf, topicsOf, whyNotDecideCase, whyNotMoveCase, whyNotReviewCase } from './rules.ts'

/** It is thought that a record is false: what, and what shows it. Nothing counts until it is decided. */
export async function openFalseRecord(
  tx: Tx,
  one: { staffId: StaffId; words: string; links: readonly string[]; requestId: DocumentRequestId | null },
  zone: string,
): Promise<FalseRecordId> {
  need(tx, 'record.ask')
  const by = staffOf(tx)
  const { staffId, words, links } = one
  refuse(whyNotAsk(by, staffId, '') ?? whyNotLinks(links))
  if (links.length === 0) throw refusal('records.link_missing', {}, 'links')
  const same = await cases.findSame(tx, staffId, words)
  if (same) return same
  const { measureStatementWorkdays } = await currentSettings(tx.db)
  const statementDueAt = endOfWorkday(localOf(tx.now, zone).date, measureStatementWorkdays, zone)
  const decideDueAt = await decisionDueFrom(tx, plus(statementDueAt, -MINUTE), zone)
  const id = await cases.insertCase(tx, { ...one, by, statementDueAt, decideDueAt })
  await owe(tx, {
    kind: 'record_statement',
    staffId,
    subject: subjectOf(id),
    opensAt: tx.now,
    dueAt: statementDueAt,
    missedAt: statementDueAt,
    path: `/records/cases/${id}`,
  })
  const payload = { caseId: id, staffId, by, statementDueAt: instant(statementDueAt) }
  await announce(tx, 'false_record.opened', payload, topicsOf(staffId))
  return id
}

/** The person's own word, before anybody decides; until then they may say it better. */
export async function stateRecord(tx: Tx, id: FalseRecordId, words: string, zone: string): Promise<void> {
  need(tx, 'record.own')
  const one = await lockOwn(tx, id)
  refuse(whyNotMoveCase(one.state, 'state'))
  if (one.statement === words) return
  // Heard before their time was over: it waits for a leader from now on; said better, it waits no longer than before.
  const sooner = one.statement === null && tx.now < one.statementDueAt
  const due = sooner ? { decide_due_at: await decisionDueFrom(tx, tx.now, zone) } : {}
  await cases.setCase(tx, id, { statement: words, stated_at: tx.now, ...due })
  await settle(tx, { kind: 'record_statement', subject: subjectOf(id) })
  await announce(tx, 'false_record.stated', about(one), topicsOf(one.staffId))
}

export type CaseDecision = {
  readonly outcome: 'proven' | 'dismissed'
  /** How much it weighs in the month; asked for where it is proven. */
  readonly weight: CaseWeight | null
  readonly why: string
}

/** A leader's word, by name and with a reason, after the person was heard. */
export async function decideFalseRecord(
  tx: Tx,
  id: FalseRecordId,
  { outcome, weight, why }: CaseDecision,
  zone: string,
): Promise<void> {
  need(tx, 'record.decide')
  const by = staffOf(tx)
  const one = await cases.lockCase(tx, id)
  if (one.state === outcome && one.decidedBy === by) return
  refuse(whyNotDecideCase(one, by, outcome, tx.now))
  if (outcome === 'proven' && weight === null) throw refusal('records.weight_missing', {}, 'weight')
  const { appraisalAnswerWorkdays } = await currentSettings(tx.db)
  await cases.setCase(tx, id, {
    state: outcome,
    weight: outcome === 'proven' ? weight : null,
    decision: why,
    decided_by: by,
    decided_at: tx.now,
    object_until: endOfWorkday(localOf(tx.now, zone).date, appraisalAnswerWorkdays, zone),
  })
  if (one.statement === null) await drop(tx, { kind: 'record_statement', subject: subjectOf(id) })
  await noteDecided(tx, one, by)
  const said = { ...about(one), by, outcome, weight: outcome === 'proven' ? weight : null }
  await announce(tx, 'false_record.decided', said, topicsOf(one.staffId))
}

/** It was a mistake to open it. */
export async function withdrawCase(tx: Tx, id: FalseRecordId, why: string): Promise<void> {
  need(tx, 'record.ask')
  const by = staffOf(tx)
  const one = await cases.lockCase(tx, id)
  if (one.staffId === by) throw refusal('records.about_you')
  if (one.state === 'withdrawn') return
  refuse(whyNotMoveCase(one.state, 'withdraw'))
  await cases.setCase(tx, id, { state: 'withdrawn', decision: why })
  await drop(tx, { kind: 'record_statement', subject: subjectOf(id) })
  await dropDecision(tx, one)
  await announce(tx, 'false_record.withdrawn', { ...about(one), by }, topicsOf(one.staffId))
}

/** Against what was decided about oneself; another leader looks at it. It goes on counting until then. */
export async function objectToCase(tx: Tx, id: FalseRecordId, words: string, zone: string): Promise<void> {
  need(tx, 'record.own')
  const one = await lockOwn(tx, id)
  if (one.state === 'objected') return
  refuse(whyNotMoveCase(one.state, 'object'))
  if (one.objectedAt) throw refusal('records.objected_once')
  if (!one.objectUntil || one.objectUntil <= tx.now) throw refusal('records.too_late')
  await cases.setCase(tx, id, {
    state: 'objected',
    objection: words,
    objected_at: tx.now,
    decide_due_at: await decisionDueFrom(tx, tx.now, zone),
    decide_told_at: null,
  })
  await announce(tx, 'false_record.objected', about(one), topicsOf(one.staffId))
}

export async function reviewCase(
  tx: Tx,
  id: FalseRecordId,
  { outcome, why }: { outcome: 'upheld' | 'lifted'; why: string },
): Promise<void> {
  need(tx, 'record.decide')
  const by = staffOf(tx)
  const one = await cases.lockCase(tx, id)
  refuse(whyNotReviewCase(one, by) ?? whyNotMoveCase(one.state, outcome === 'upheld' ? 'uphold' : 'lift'))
  await cases.setCase(tx, id, {
    state: outcome === 'upheld' ? 'proven' : 'dismissed',
    review: why,
    reviewed_by: by,
    reviewed_at: tx.now,
  })
  await noteDecided(tx, one, by)
  await announce(tx, 'false_record.reviewed', { ...about(one), by, outcome }, topicsOf(one.staffId))
}

async function lockOwn(tx: Tx, id: FalseRecordId): Promise<cases.FalseRecord> {
  const one = await cases.lockCase(tx, id)
  if (one.staffId !== staffOf(tx)) throw new NotFound()
  return one
}

const about = ({ id: caseId, staffId }: cases.FalseRecord) => ({ caseId, staffId })
