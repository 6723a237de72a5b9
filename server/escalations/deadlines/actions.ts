import { raiseAlarm } from '../../desk/alarms/actions.ts'
import type { EscalationId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { about, lock, topicsOf } from '../actions.ts'
import { setEscalation } from '../queries.ts'
import { STEPS } from '../rules.ts'

/** Nobody has accepted in time: the duty manager hears of it, and after as long again the head of the department. Never early. */
export async function stepUp(tx: Tx, id: EscalationId): Promise<void> {
  const { escalation } = await lock(tx, id)
  if (escalation.state !== 'sent' || !escalation.accept_due_at || escalation.accept_due_at > tx.now) return
  const step = STEPS[escalation.step]
  if (!step) return
  const { departmentAcceptMinutes } = await currentSettings(tx.db)
  const last = escalation.step + 1 >= STEPS.length || escalation.post !== null
  await setEscalation(tx, id, {
    step: escalation.step + 1,
    accept_due_at: last ? null : plus(escalation.accept_due_at, departmentAcceptMinutes * MINUTE),
  })
  if (step === 'manager') await raiseAlarm(tx, 'escalation_unaccepted', escalation.ticket_id, id)
  await announce(
    tx,
    'escalation.stepped_up',
    { ...about(escalation), step, departmentId: escalation.department_id },
    topicsOf(escalation),
  )
}
