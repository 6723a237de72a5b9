import { randomBytes } from 'node:crypto'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { closePlaceRow, insertPlace } from './queries.ts'

/** A place whose screen shows a code from now on. */
export async function openPlace(tx: Tx, name: string): Promise<void> {
  need(tx, 'attendance.places')
  await insertPlace(tx, { name: name.trim(), secret: randomBytes(32), by: staffOf(tx) })
  await announce(tx, 'place.opened', { by: staffOf(tx) }, { about: [] })
}

/** Its codes count no more. Twice is once. */
export async function closePlace(tx: Tx, id: string): Promise<void> {
  need(tx, 'attendance.places')
  await closePlaceRow(tx, id, staffOf(tx))
  await announce(tx, 'place.closed', { by: staffOf(tx) }, { about: [] })
}
