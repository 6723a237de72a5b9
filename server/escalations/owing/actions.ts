import type { EscalationId, StaffId } from '../../kernel/ids.ts'
import { drop, owe, resume, settle } from '../../obligations/actions.ts'
import type { Owner } from '../../obligations/queries.ts'
import type { Tx } from '../../schema.ts'
import { type EscalationRow, getEscalation } from '../queries.ts'

/** Somebody there accepts in time (REGULATION row 37): the person who was meant, or whoever takes requests there. */
export async function oweAcceptance(tx: Tx, id: EscalationId): Promise<void> {
  const one = await getEscalation(tx.db, id)
  const owner = ownerOf(one)
  if (one.state !== 'sent' || !one.accept_due_at || !owner) return
  // Released by one who has left, it is to be accepted anew.
  const part = one.accept_due_at.toISOString()
  await owe(tx, { ...owner, kind: 'request_acceptance', part, dueAt: one.accept_due_at, ...about(id) })
}

/** In somebody's hands: they owe the answer by the time that the customer was promised (REGULATION row 38). */
export async function oweAnswer(tx: Tx, id: EscalationId, by: StaffId): Promise<void> {
  const one = await getEscalation(tx.db, id)
  await settle(tx, { kind: 'request_acceptance', subject: refOf(id) }, { at: one.accepted_at ?? tx.now, by })
  if (one.promised_at && one.accepted_by === by)
    await owe(tx, { staffId: by, kind: 'request_answer', dueAt: one.promised_at, ...about(id) })
}

export async function settleAnswer(tx: Tx, id: EscalationId, by: StaffId): Promise<void> {
  const { answered_at } = await getEscalation(tx.db, id)
  await settle(tx, { kind: 'request_answer', subject: refOf(id) }, { at: answered_at ?? tx.now, by })
}

/** The answer did not help: it is owed as before. */
export const resumeAnswer = (tx: Tx, id: EscalationId): Promise<void> =>
  resume(tx, { kind: 'request_answer', subject: refOf(id) })

/** Sent back with a reason: that is an answer to being asked, and no other is owed. */
export async function settleReturn(tx: Tx, id: EscalationId, by: StaffId): Promise<void> {
  await settle(tx, { kind: 'request_acceptance', subject: refOf(id) }, { by })
  await drop(tx, { kind: 'request_answer', subject: refOf(id) })
}

export async function oweAnew(tx: Tx, id: EscalationId): Promise<void> {
  await drop(tx, { kind: 'request_answer', subject: refOf(id) })
  await oweAcceptance(tx, id)
}

export async function dropOwed(tx: Tx, id: EscalationId): Promise<void> {
  await drop(tx, { kind: 'request_acceptance', subject: refOf(id) })
  await drop(tx, { kind: 'request_answer', subject: refOf(id) })
}

function ownerOf({ person_id, department_id, post }: EscalationRow): Owner | null {
  if (person_id) return { staffId: person_id as StaffId }
  if (department_id) return { departmentId: department_id as never }
  return post ? { post } : null
}

const refOf = (id: EscalationId): string => `escalation:${id}`
const about = (id: EscalationId) => ({ subject: refOf(id), path: `/escalations/${id}` })
