import { listReaders } from '../../escalations/deadlines/queries.ts'
import { getEscalation } from '../../escalations/queries.ts'
import type { AlarmKind } from '../../events/desk.ts'
import type { EscalationId, MailId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import type { Database, Tx } from '../../schema.ts'
import { findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { noteMail } from '../deliveries/actions.ts'
import { forgetDevicesOf } from '../devices/actions.ts'
import { findMailError } from '../outgoing/queries.ts'
import { onPostNow, ringsStill } from '../people/queries.ts'
import { isPublished } from '../rostering/queries.ts'
import { foldAbsence, pageWhoComes, seeOfReminder, settle } from './actions.ts'
import { KIND_OF } from './rules.ts'
import { managers, tell } from './telling.ts'

/** Who is told of what others announce; certain, at least once. */
export const noticeReactions: Reactions<Database> = {
  feature: 'notices',
  on: {
    'alarm.raised': async (tx, { kind }) => tellOfAlarm(tx, kind),
    'alarm.settled': async (tx, { kind }) => {
      if (!(await ringsStill(tx.db, kind))) await settle(tx, `alarm:${kind}`)
    },
    'incident.opened': async (tx, { incidentId, kind }) => {
      // A complaint rings as the alarm that it is.
      if (kind === 'complaint') return
      await tell(tx, {
        kind: 'incident',
        ref: `incident:${incidentId}`,
        path: `/incidents/${incidentId}`,
        to: await managers(tx),
        robots: [null],
      })
    },
    'incident.acknowledged': async (tx, { incidentId }) => settle(tx, `incident:${incidentId}`),
    'incident.closed': async (tx, { incidentId }) => settle(tx, `incident:${incidentId}`),
    'escalation.sent': async (tx, { escalationId, departmentId, post }) => {
      const asked = departmentId
        ? (await listReaders(tx.db, await getEscalation(tx.db, escalationId), 'handlers')).map(({ id }) => id)
        : await onPostNow(tx.db, post ?? 'technician', tx.now)
      await tell(tx, {
        kind: 'request',
        ref: `escalation:${escalationId}`,
        path: `/escalations/${escalationId}`,
        to: asked.map((staffId) => ({ staffId, part: departmentId ? 'own' : 'post' })),
        robots: departmentId ? [departmentId] : [],
      })
    },
    'escalation.accepted': async (tx, { escalationId }) => settle(tx, `escalation:${escalationId}`),
    'escalation.withdrawn': async (tx, { escalationId }) => settle(tx, `escalation:${escalationId}`),
    'escalation.returned': async (tx, { escalationId, ticketId }) => {
      await settle(tx, `escalation:${escalationId}`)
      await tellOwner(tx, 'returned', escalationId, ticketId)
    },
    'escalation.answered': async (tx, { escalationId, ticketId }) => {
      await settle(tx, `escalation:${escalationId}`)
      await tellOwner(tx, 'answered', escalationId, ticketId)
    },
    'escalation.asked_back': async (tx, { escalationId, ticketId }) => tellOwner(tx, 'asked', escalationId, ticketId),
    'escalation.told': async (tx, { escalationId }) => settle(tx, `answered:${escalationId}`),
    'reminder.made': async (tx, { reminderId, staffId, kind }) => {
      await tell(tx, {
        kind: KIND_OF[kind],
        importance: kind === 'promise_broken' || kind === 'unaccepted' ? 'important' : 'info',
        ref: kind === 'promise_soon' || kind === 'promise_broken' ? `${kind}:${reminderId}` : `reminder:${reminderId}`,
        path: '/reminders',
        to: [{ staffId, part: 'own' }],
      })
    },
    'reminder.read': async (tx, { reminderId, staffId }) => {
      for (const what of ['promise_soon', 'promise_broken', 'reminder'])
        await seeOfReminder(tx, `${what}:${reminderId}`, staffId)
    },
    // Of a published month whoever stands in it now is asked, and told by that.
    'shift.added': async (tx, { shiftId, staffId }) => {
      if (!(await isPublished(tx.db, shiftId))) await tellOfRoster(tx, staffId)
    },
    'shift.removed': async (tx, { staffId }) => tellOfRoster(tx, staffId),
    'shift.changed': async (tx, { shiftId, staffId, from }) => {
      if (staffId === from || !(await isPublished(tx.db, shiftId))) await tellOfRoster(tx, staffId)
      if (from !== staffId) await tellOfRoster(tx, from)
    },
    'person.deactivated': async (tx, { staffId }) => forgetDevicesOf(tx, staffId),
    'attendance.checked_in': async (tx, { staffId }) => {
      await foldAbsence(tx, staffId)
      await pageWhoComes(tx, staffId)
    },
    'session.opened': async (tx, { staffId }) => foldAbsence(tx, staffId),
    // Only letters to customers are dropped.
    'mail.settled': async (tx, { mailId, state }) => {
      if (state !== 'dropped') await noteMail(tx, mailId as MailId, state, await findMailError(tx.db, mailId))
    },
  },
}

const tellOfAlarm = async (tx: Tx, kind: AlarmKind): Promise<void> =>
  tell(tx, {
    kind: 'alarm',
    ref: `alarm:${kind}`,
    path: kind === 'complaint' ? '/incidents' : '/board',
    to: await managers(tx),
    robots: [null],
  })

/** Whoever has the ticket: a department has said something. */
async function tellOwner(
  tx: Tx,
  what: 'answered' | 'asked' | 'returned',
  escalationId: EscalationId,
  ticketId: TicketId,
): Promise<void> {
  const holder = await findOpenAssignment(tx.db, ticketId)
  if (!holder) return
  await tell(tx, {
    kind: 'answer',
    ref: `${what}:${escalationId}`,
    path: `/desk/${ticketId}`,
    to: [{ staffId: holder.staffId, part: 'own' }],
  })
}

/** A month of shifts is one notice a person that counts them. */
const tellOfRoster = (tx: Tx, staffId: StaffId): Promise<void> =>
  tell(tx, { kind: 'roster', ref: `shifts:${staffId}`, path: '/roster', to: [{ staffId, part: 'own' }] })
