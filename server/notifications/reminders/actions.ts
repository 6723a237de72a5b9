import { listReaders } from '../../escalations/deadlines/queries.ts'
import { getEscalation } from '../../escalations/queries.ts'
import { isWithDepartment } from '../../escalations/rules.ts'
import type { ReminderKind, ReminderPart } from '../../events/notifications.ts'
import type { AbuseCaseId, EscalationId, PromiseId, ReminderId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { getTicket } from '../../tickets/queries.ts'
import * as reminders from './queries.ts'

type To = { readonly staffId: StaffId; readonly part: ReminderPart; readonly mail: 'none' | 'due' }

/** A promised time comes near, or has passed: whoever follows it up, and whoever has it in another department; then its head as well (REGULATION row 38). */
export async function remindOfPromise(
  tx: Tx,
  kind: 'promise_soon' | 'promise_broken',
  { promiseId, ticketId }: { promiseId: PromiseId; ticketId: TicketId },
): Promise<void> {
  const escalationId = await reminders.escalationOfPromise(tx.db, promiseId)
  const to = [
    ...(await owners(tx, ticketId)),
    ...(escalationId ? await asked(tx, escalationId, kind === 'promise_broken') : []),
  ]
  await remind(tx, kind, { ticketId, promiseId, escalationId }, to)
}

/** Nobody has accepted in time: those who were asked, and whoever asked them; a step later its head, whose letter is written with the step. */
export async function remindOfRequest(
  tx: Tx,
  { escalationId, ticketId, step }: { escalationId: EscalationId; ticketId: TicketId; step: 'manager' | 'head' },
): Promise<void> {
  const escalation = await getEscalation(tx.db, escalationId)
  if (escalation.state !== 'sent') return
  const who = step === 'manager' ? 'handler' : 'head'
  const people = await listReaders(tx.db, escalation, step === 'manager' ? 'handlers' : 'head')
  const to = people.map(({ id }): To => ({ staffId: id, part: who, mail: step === 'manager' ? 'due' : 'none' }))
  await remind(tx, 'unaccepted', { ticketId, promiseId: null, escalationId }, [...(await owners(tx, ticketId)), ...to])
}

/** Nothing has been said on it for long: a word on the page is enough. An answer that is only late shows by its clock. */
export async function remindOfFollowUp(tx: Tx, ticketId: TicketId, staffId: StaffId): Promise<void> {
  const { followUpMinutes } = await currentSettings(tx.db)
  const { last_message_at: lastWord } = await getTicket(tx.db, ticketId)
  if (lastWord > plus(tx.now, -followUpMinutes * MINUTE)) return
  const about = { ticketId, promiseId: null, escalationId: null }
  await remind(tx, 'follow_up', about, [{ staffId, part: 'owner', mail: 'none' }])
}

/** A ban was proposed, or appealed against: whoever may be the second person hears of it, by letter as well (REGULATION row 61). */
export async function remindSecond(
  tx: Tx,
  kind: 'ban_proposed' | 'ban_appealed',
  { caseId, ticketId }: { caseId: AbuseCaseId; ticketId: TicketId },
): Promise<void> {
  const people = await reminders.secondPeople(tx.db, caseId, tx.now)
  const to = people.map((staffId): To => ({ staffId, part: 'second', mail: 'due' }))
  await remind(tx, kind, { ticketId, promiseId: null, escalationId: null }, to)
}

/** Read: by this person, one of theirs or all. What somebody else is reminded of is not there. @throws NotFound */
export async function readReminder(tx: Tx, id: ReminderId): Promise<reminders.Reminder> {
  const reminder = await reminders.lockReminder(tx, id)
  if (reminder.staffId !== staffOf(tx)) throw new NotFound()
  await markRead(tx, id)
  return reminder
}

export const readAllReminders = (tx: Tx): Promise<void> => markRead(tx, null)

async function markRead(tx: Tx, id: ReminderId | null): Promise<void> {
  const staffId = staffOf(tx)
  for (const reminderId of await reminders.storeRead(tx, staffId, id))
    await announce(tx, 'reminder.read', { reminderId, staffId }, topics(staffId))
}

/** Whoever has the ticket; where nobody has, the duty manager. */
async function owners(tx: Tx, ticketId: TicketId): Promise<To[]> {
  const holder = await findOpenAssignment(tx.db, ticketId)
  const staff = holder ? [holder.staffId] : await reminders.managersOnDuty(tx.db, tx.now)
  return staff.map((staffId) => ({ staffId, part: 'owner', mail: 'due' }))
}

/** While a department has it: whoever accepted, else everybody who was asked; the head once it is too late. */
async function asked(tx: Tx, id: EscalationId, late: boolean): Promise<To[]> {
  const escalation = await getEscalation(tx.db, id)
  if (!isWithDepartment(escalation.state)) return []
  const readers = (who: 'handlers' | 'head') => listReaders(tx.db, escalation, who)
  const handlers = escalation.accepted_by ? [{ id: escalation.accepted_by }] : await readers('handlers')
  const heads = late && escalation.department_id ? await readers('head') : []
  return [
    ...handlers.map((one): To => ({ staffId: one.id, part: 'handler', mail: 'due' })),
    ...heads.map((one): To => ({ staffId: one.id, part: 'head', mail: 'due' })),
  ]
}

/** Each person once, as what they are first. */
async function remind(tx: Tx, kind: ReminderKind, about: reminders.About, to: readonly To[]): Promise<void> {
  const people = new Map(to.toReversed().map((one) => [one.staffId, one]))
  for (const { staffId, part, mail } of people.values()) {
    const reminderId = await reminders.insertReminder(tx, { ...about, kind, staffId, part, mail })
    await announce(tx, 'reminder.made', { reminderId, staffId, kind, part }, topics(staffId))
  }
}

const topics = (staffId: StaffId): { about: string[] } => ({ about: [`duty:${staffId}`] })
