import type { AlarmKind } from '../../events/desk.ts'
import type { AlarmId, TicketId } from '../../kernel/ids.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import * as alarms from './queries.ts'

/** Rings at the duty manager's board until somebody settles it or the reason is gone. One bell a ticket and reason. */
export async function raiseAlarm(
  tx: Tx,
  kind: AlarmKind,
  ticketId: TicketId | null,
  subject: string | null = null,
): Promise<void> {
  const alarmId = await alarms.insertAlarm(tx, kind, ticketId, subject)
  if (alarmId) await announce(tx, 'alarm.raised', { alarmId, kind, ticketId }, { about: ['board'] })
}

/** The first press counts; one that was settled already stays as it is. @throws NotFound */
export async function settleAlarm(tx: Tx, id: AlarmId): Promise<void> {
  need(tx, 'alarm.settle')
  await alarms.needAlarm(tx.db, id)
  const settled = await alarms.storeSettled(tx, id, tx.actor.kind === 'staff' ? staffOf(tx) : null)
  if (settled)
    await announce(
      tx,
      'alarm.settled',
      {
        alarmId: id,
        kind: settled.kind,
        ticketId: settled.ticketId,
        by: tx.actor.kind === 'staff' ? staffOf(tx) : null,
      },
      { about: ['board'] },
    )
}

/** The reason is gone: the ticket was taken, or the customer has left. */
export async function settleAlarmsOf(tx: Tx, ticketId: TicketId, kinds: readonly AlarmKind[]): Promise<void> {
  for (const alarm of await alarms.openAlarms(tx.db, ticketId)) {
    if (!kinds.includes(alarm.kind)) continue
    const settled = await alarms.storeSettled(tx, alarm.id, null)
    if (settled)
      await announce(
        tx,
        'alarm.settled',
        { alarmId: alarm.id, kind: alarm.kind, ticketId, by: null },
        { about: ['board'] },
      )
  }
}

/** The reason is gone, and no ticket is what it was about. */
export async function settleAlarmsOfKind(tx: Tx, kind: AlarmKind): Promise<void> {
  for (const alarm of await alarms.openAlarms(tx.db)) {
    if (alarm.kind !== kind || alarm.ticketId) continue
    const settled = await alarms.storeSettled(tx, alarm.id, null)
    if (settled)
      await announce(tx, 'alarm.settled', { alarmId: alarm.id, kind, ticketId: null, by: null }, { about: ['board'] })
  }
}
