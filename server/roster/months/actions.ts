import { refusal } from '../../kernel/refusal.ts'
import { comingNight } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { neighbour } from '../month.ts'
import { listShifts } from '../queries.ts'
import { replaceCells } from './cells/queries.ts'
import * as months from './queries.ts'
import type { StoredCell } from './tables.ts'

/** Begins the plan of a month, from this one to a year ahead; what stands in its shifts already is its first draft. Twice is once. */
export async function openMonth(tx: Tx, month: string, zone: string): Promise<void> {
  need(tx, 'roster.edit')
  const tonight = await nightNow(tx, zone)
  if (month < tonight.slice(0, 7) || month > yearAfter(tonight)) throw refusal('roster.month_far')
  if (!(await months.insertMonth(tx, month, staffOf(tx)))) return
  await replaceCells(tx, month, [], await cellsOfShifts(tx, month))
  await announce(tx, 'month.opened', { by: staffOf(tx) }, TOPICS)
}

/** The month is over: nobody changes its roster any more. */
export async function freezeMonth(tx: Tx, month: string): Promise<void> {
  const { state } = await months.lockMonth(tx, month)
  if (state === 'published') await months.setMonth(tx, month, { state: 'frozen' })
}

/** The nights of a month as its shifts say them. */
export async function cellsOfShifts(tx: Tx, month: string): Promise<StoredCell[]> {
  const found = await listShifts(tx.db, `${month}-01`, `${neighbour(month, 1)}-01`)
  const cells = found
    .filter(({ kind }) => kind === 'night')
    .map(({ night, post, staffId }) => ({ night, post, staffId, backup: false, locked: false }))
  // Two stretches of one night by one person are one cell of it.
  return [...new Map(cells.map((cell) => [`${cell.night} ${cell.staffId}`, cell])).values()]
}

/** The night that runs or comes next: what is before it is over. */
export async function nightNow(tx: Tx, zone: string): Promise<string> {
  const { nightStart: start, nightEnd: end } = await currentSettings(tx.db)
  return comingNight(tx.now, { start, end, zone })
}
const yearAfter = (night: string): string => `${Number(night.slice(0, 4)) + 1}${night.slice(4, 7)}`

const TOPICS = { about: ['roster'] }
