import type { Tx } from '../../../schema.ts'
import { finding } from '../../checker/finding.ts'
import type { Finding } from '../../facts.ts'
import { listUnled } from '../../leading/queries.ts'
import { cellsOfShifts } from '../actions.ts'
import { listCells, replaceCells } from '../cells/queries.ts'
import { findMonth, lockMonth, setDraftFrom } from '../queries.ts'
import { differencesOf, isPublished, type Signature, type VersionWhy } from '../rules.ts'
import { addVersion } from '../versions/actions.ts'
import { listVersions } from '../versions/queries.ts'
import { goneAmong } from './queries.ts'
import { backupsLost, mergePlans, withBackups } from './rules.ts'

type Follow = {
  readonly nights: readonly string[]
  readonly why: VersionWhy
  /** In which the company counts its nights. */
  readonly zone: string
  /** What a leader answers for in it (row 3). */
  readonly signature?: Signature
}

/**
 * Shifts of a published month were changed by hand, by a swap, or because somebody left: the next version says so, and the
 * plan follows wherever HR has not begun to change it. Whoever changes calls this in the same transaction; for a month that
 * is not published it is nothing.
 */
export async function followShifts(tx: Tx, { nights, why, zone, signature }: Follow): Promise<void> {
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
    const said = signature ? signature.findings : await findingsUnled(tx, month, zone)
    const alone = backupsLost(published, standing).map((night) => finding('backup_none', { night, post: 'manager' }))
    const findings = [...said, ...alone.filter((one) => !said.some((other) => isSame(one, other)))]
    await addVersion(tx, {
      month,
      version: version + 1,
      why,
      reason: signature?.reason ?? null,
      leaderId: signature?.leaderId ?? null,
      findings,
      late: false,
      cells: standing,
    })
    if (differencesOf(standing, merged).length === 0) await setDraftFrom(tx, month, null)
  }
}

const isSame = (a: Finding, b: Finding): boolean => a.code === b.code && a.night === b.night

/** What nobody could refuse, because somebody is ill or gone, stands in the version by name (rows 5 and 8, H1). */
const findingsUnled = async (tx: Tx, month: string, zone: string): Promise<Finding[]> =>
  (await listUnled(tx.db, { now: tx.now, zone }))
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
