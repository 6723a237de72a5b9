import { listLeaders } from '../../../accounts/leadership/queries.ts'
import type { FalseRecordId, StaffId } from '../../../kernel/ids.ts'
import { localOf } from '../../../kernel/time.ts'
import { endOfWorkday } from '../../../kernel/workdays.ts'
import { drop, owe, settle } from '../../../obligations/actions.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { type FalseRecord, lockCase, setCase } from '../queries.ts'
import { isOpen, subjectOf, topicsOf, whyNotJudge } from '../rules.ts'

/** When what waits for a leader from that instant on is to be decided at the latest (REGULATION row 58; the days are ours). */
export async function decisionDueFrom(tx: Tx, from: Date, zone: string): Promise<Date> {
  const { recordDecisionWorkdays } = await currentSettings(tx.db)
  return endOfWorkday(localOf(from, zone).date, recordDecisionWorkdays, zone)
}

/** Its days are over: it goes one level up, once, as something that is due from that one person. Nothing decides by itself. */
export async function passCase(tx: Tx, id: FalseRecordId, zone: string): Promise<void> {
  const one = await lockCase(tx, id)
  if (!isOpen(one) || one.decideToldAt || !one.decideDueAt || one.decideDueAt > tx.now) return
  const to = (await listLeaders(tx.db, tx.now)).find((leader) => whyNotJudge(one, leader) === null) ?? null
  await setCase(tx, id, { decide_told_at: tx.now })
  if (to) await oweDecision(tx, one, to, zone)
  const said = { caseId: id, staffId: one.staffId, to, objected: one.state === 'objected' }
  await announce(tx, 'false_record.late', said, topicsOf(one.staffId))
}

async function oweDecision(tx: Tx, one: FalseRecord, to: StaffId, zone: string): Promise<void> {
  await owe(tx, {
    kind: 'record_decision',
    staffId: to,
    subject: subjectOf(one.id),
    part: one.state,
    opensAt: tx.now,
    dueAt: await decisionDueFrom(tx, tx.now, zone),
    path: `/records/cases/${one.id}`,
  })
}

/** Somebody of the group has decided, whoever it was due from. */
export const noteDecided = (tx: Tx, { id }: FalseRecord, by: StaffId): Promise<void> =>
  settle(tx, { kind: 'record_decision', subject: subjectOf(id) }, { by })

/** There is nothing to decide any more. */
export const dropDecision = (tx: Tx, { id }: FalseRecord): Promise<void> =>
  drop(tx, { kind: 'record_decision', subject: subjectOf(id) })
