import type { AlarmKind } from '../../events/desk.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { announce } from '../../platform/transaction.ts'
import { GAP_NIGHTS } from '../../roster/feeds/rules.ts'
import { listUnled } from '../../roster/leading/queries.ts'
import { isOfBackup, type Unled } from '../../roster/leading/rules.ts'
import type { Tx } from '../../schema.ts'
import { raiseAlarm } from '../alarms/actions.ts'
import { storeSettled } from '../alarms/queries.ts'
import * as leading from './queries.ts'

/**
 * Published nights that nobody leads, because somebody is ill, has left or is 组长 no more (rows 5 and 8), and those whose named backup
 * is there no more (H1): each is told once, the former to HR and the group, the latter to HR, and within the nights that the board
 * looks ahead each rings there until it is mended or somebody has seen to it.
 */
export async function lookAtNights(tx: Tx, zone: string): Promise<void> {
  const found = await listUnled(tx.db, { now: tx.now, zone })
  const { came, went } = await leading.storeUnled(tx, found)
  for (const { what, alarm, isOf } of SORTS) {
    const mine = found.filter(isOf)
    const count = came.filter(isOf).length
    if (count > 0) await announce(tx, 'roster.unled', { count, what }, TOPICS)
    if (mine.length === 0 && went.some(isOf)) await announce(tx, 'roster.led', { what }, TOPICS)
    await ring(tx, alarm, nearOf(mine, plus(tx.now, GAP_NIGHTS * DAY)))
  }
}

type Coded = Pick<Unled, 'code'>
const SORTS: readonly { what: 'lead' | 'backup'; alarm: AlarmKind; isOf: (one: Coded) => boolean }[] = [
  { what: 'lead', alarm: 'night_unled', isOf: (one) => !isOfBackup(one) },
  { what: 'backup', alarm: 'night_unbacked', isOf: isOfBackup },
]

/** Without a 组长 every night is: the first of them rings for all. */
function nearOf(found: readonly Unled[], until: Date): Unled[] {
  const headless = found.find(({ code }) => code === 'head_missing')
  return found.filter((one) => one.from < until && (one.code !== 'head_missing' || one === headless))
}

async function ring(tx: Tx, alarm: AlarmKind, near: readonly Unled[]): Promise<void> {
  for (const night of await leading.takeUnrung(tx, near)) await raiseAlarm(tx, alarm, null, night)
  for (const id of await leading.ringingBeside(tx, alarm, near)) {
    const settled = await storeSettled(tx, id, null)
    if (settled) await announce(tx, 'alarm.settled', { alarmId: id, kind: alarm, ticketId: null, by: null }, TOPICS)
  }
}

const TOPICS = { about: ['board'] }
