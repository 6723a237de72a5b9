import { DAY, plus } from '../../kernel/time.ts'
import { announce } from '../../platform/transaction.ts'
import { GAP_NIGHTS } from '../../roster/feeds/rules.ts'
import { listUnled, type Unled } from '../../roster/leading/queries.ts'
import type { Tx } from '../../schema.ts'
import { raiseAlarm } from '../alarms/actions.ts'
import { storeSettled } from '../alarms/queries.ts'
import * as leading from './queries.ts'

/**
 * Published nights that nobody leads, because somebody is ill, has left or is 组长 no more (rows 5 and 8): HR and the group are told
 * of each once, and within the nights that the board looks ahead each rings there until it is led again or somebody has seen to it.
 */
export async function lookAtNights(tx: Tx): Promise<void> {
  const found = await listUnled(tx.db, tx.now)
  const { came, went } = await leading.storeUnled(tx, found)
  if (came > 0) await announce(tx, 'roster.unled', { count: came }, TOPICS)
  if (went > 0 && found.length === 0) await announce(tx, 'roster.led', {}, TOPICS)
  const until = plus(tx.now, GAP_NIGHTS * DAY)
  // Without a 组长 every night is: the first of them rings for all.
  const headless = found.find(({ code }) => code === 'head_missing')
  const near = found
    .filter((one) => isBefore(one, until) && (one.code !== 'head_missing' || one === headless))
    .map(({ night }) => night)
  for (const night of await leading.takeUnrung(tx, near)) await raiseAlarm(tx, 'night_unled', null, night)
  for (const id of await leading.ringingBeside(tx, near)) {
    const settled = await storeSettled(tx, id, null)
    if (settled)
      await announce(tx, 'alarm.settled', { alarmId: id, kind: settled.kind, ticketId: null, by: null }, TOPICS)
  }
}

const isBefore = ({ night, from }: Unled, until: Date): boolean =>
  from === null ? night <= until.toISOString().slice(0, 10) : from < until

const TOPICS = { about: ['board'] }
