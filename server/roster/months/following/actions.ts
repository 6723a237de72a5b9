import type { Tx } from '../../../schema.ts'
import { addVersion, cellsOfShifts } from '../actions.ts'
import * as months from '../queries.ts'
import { differencesOf, isPublished, type VersionWhy } from '../rules.ts'
import { mergePlans, withBackups } from './rules.ts'

/**
 * Shifts of a published month were changed by hand, by a swap, or because somebody left: the next version says so, and the
 * plan follows wherever HR has not begun to change it. Whoever changes calls this in the same transaction; for a month that
 * is not published it is nothing.
 */
export async function followShifts(tx: Tx, nights: readonly string[], why: VersionWhy): Promise<void> {
  for (const month of new Set(nights.map((night) => night.slice(0, 7)))) {
    const found = await months.findMonth(tx.db, month)
    if (!found || !isPublished(found)) continue
    const { version } = await months.lockMonth(tx, month)
    const [last] = await months.listVersions(tx.db, month)
    const published = last?.cells ?? []
    const standing = withBackups(await cellsOfShifts(tx, month), published)
    if (differencesOf(published, standing).length === 0) continue
    const plan = await months.listCells(tx.db, month)
    const merged = mergePlans({ published, plan, standing })
    await putInPlace(tx, month, plan, merged)
    await addVersion(tx, {
      month,
      version: version + 1,
      why,
      reason: null,
      leaderId: null,
      late: false,
      cells: standing,
      findings: [],
    })
    if (differencesOf(standing, merged).length === 0) await months.setDraftFrom(tx, month, null)
  }
}

/** Only what differs is written, so that cells keep why they were chosen. */
async function putInPlace(
  tx: Tx,
  month: string,
  before: Parameters<typeof differencesOf>[0],
  after: Parameters<typeof mergePlans>[0]['plan'],
): Promise<void> {
  const differences = differencesOf(before, after)
  const came = differences.flatMap((one) => one.came)
  const locks = new Map(after.map((cell) => [`${cell.night} ${cell.staffId}`, cell.locked]))
  await months.replaceCells(
    tx,
    month,
    differences.flatMap((one) => one.went),
    came.map((cell) => ({ ...cell, locked: locks.get(`${cell.night} ${cell.staffId}`) ?? false })),
  )
}
