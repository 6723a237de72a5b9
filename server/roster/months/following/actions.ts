import type { Tx } from '../../../schema.ts'
import { finding } from '../../checker/finding.ts'
import type { Finding } from '../../facts.ts'
import { listUnled } from '../../leading/queries.ts'
import { cellsOfShifts } from '../actions.ts'
import { listCells, replaceCells } from '../cells/queries.ts'
import { findMonth, lockMonth, setDraftFrom } from '../queries.ts'
import { differencesOf, isPublished, type Signature, type VersionWhy } from '../rules.ts'
import type { StoredCell } from '../tables.ts'
import { addVersion } from '../versions/actions.ts'
import { listVersions } from '../versions/queries.ts'
import { goneAmong } from './queries.ts'
import { mergePlans, withBackups } from './rules.ts'

/**
 * Shifts of a published month were changed by hand, by a swap, or because somebody left: the next version says so, and the
 * plan follows wherever HR has not begun to change it. Whoever changes calls this in the same transaction; for a month that
 * is not published it is nothing. `signature` is what a leader answers for in it (row 3).
 */
export async function followShifts(
  tx: Tx,
  nights: readonly string[],
  why: VersionWhy,
  signature: Signature = UNSIGNED,
): Promise<void> {
  for (const month of new Set(nights.map((night) => night.slice(0, 7)))) {
    const found = await findMonth(tx.db, month)
    if (!found || !isPublished(found)) continue
    const { version } = await lockMonth(tx, month)
    const [last] = await listVersions(tx.db, month)
    const published = last?.cells ?? []
    const gone = new Set(
      await goneAmong(
        tx.db,
        published.filter(({ backup }) => backup),
      ),
    )
    // Whoever is gone stands ready no more; what is over stays as it was.
    const there = published.filter((cell) => !cell.backup || !nights.includes(cell.night) || !gone.has(cell.staffId))
    const standing = withBackups(await cellsOfShifts(tx, month), there)
    if (differencesOf(published, standing).length === 0) continue
    const plan = await listCells(tx.db, month)
    const merged = mergePlans({ published, plan, standing })
    await putInPlace(tx, month, plan, merged)
    const findings = signature === UNSIGNED ? await findingsUnled(tx, month) : signature.findings
    const alone = there.length < published.length ? backupsMissing(standing, nights, month) : []
    await addVersion(tx, {
      month,
      version: version + 1,
      why,
      ...signature,
      findings: [...findings, ...alone],
      late: false,
      cells: standing,
    })
    if (differencesOf(standing, merged).length === 0) await setDraftFrom(tx, month, null)
  }
}

const UNSIGNED: Signature = { reason: null, leaderId: null, findings: [] }

/** What nobody could refuse, because somebody is ill or gone, stands in the version by name (rows 5 and 8). */
const findingsUnled = async (tx: Tx, month: string): Promise<Finding[]> =>
  (await listUnled(tx.db, tx.now))
    .filter(({ night }) => night.startsWith(month))
    .map(({ night, code }) => finding(code, { night, post: code === 'head_missing' ? null : 'manager' }))

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
  await replaceCells(
    tx,
    month,
    differences.flatMap((one) => one.went),
    came.map((cell) => ({ ...cell, locked: locks.get(`${cell.night} ${cell.staffId}`) ?? false })),
  )
}

/** Nights whose named backup is gone (H1). */
const backupsMissing = (standing: readonly StoredCell[], nights: readonly string[], month: string): Finding[] =>
  [...new Set(nights)]
    .filter((night) => night.startsWith(month) && !standing.some((cell) => cell.backup && cell.night === night))
    .map((night) => finding('backup_none', { night, post: 'manager' }))
