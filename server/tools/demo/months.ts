import type { StaffId } from '../../kernel/ids.ts'
import { addDays, nightOf, windowOf } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import { judge, whatPublishingNeeds } from '../../roster/checker/rules.ts'
import { exchangeNights } from '../../roster/generator/exchanging.ts'
import { datesOf, neighbour } from '../../roster/month.ts'
import { listCells, replaceCells } from '../../roster/months/cells/queries.ts'
import { readFacts } from '../../roster/months/facts/queries.ts'
import { findMonth, insertMonth, setMonth } from '../../roster/months/queries.ts'
import type { StoredCell } from '../../roster/months/tables.ts'
import { insertVersion } from '../../roster/months/versions/queries.ts'
import { listRosterable, listShifts, lockRoster, type Rostered } from '../../roster/queries.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import { listAway } from './away.ts'
import { choose, type Taken } from './choosing.ts'
import { PEOPLE } from './people.ts'

/** Nights at the end of next month that HR has not come to yet. */
const LEFT_NIGHTS = 9
const HEADS = [
  ['manager', 1],
  ['service', 4],
  ['technician', 3],
  ['guard', 2],
] as const

/** This month stands as it was published; what people have begun to change themselves is left alone. */
export async function publishThisMonth(tx: Tx, zone: string): Promise<void> {
  const [by, leaderId] = [await numbered(tx, 'hr0101'), await numbered(tx, 'ld0001')]
  if (by && leaderId) await publish(tx, nightOf(tx.now, zone).slice(0, 7), { by, leaderId, zone })
}

/** Next month is a draft in work, told after everything else: nobody waits for it. Once, and only beside the demo's people. */
export const draftNextMonth = ({
  transact,
  config: { timeZone: zone },
}: Pick<Deps, 'transact' | 'config'>): Promise<void> =>
  transact(system, async (tx) => {
    await lockRoster(tx)
    const by = await numbered(tx, 'hr0101')
    if (by && (await isDemoCompany(tx.db)))
      await draft(tx, neighbour(nightOf(tx.now, zone).slice(0, 7), 1), { by, zone })
  })

async function numbered(tx: Tx, number: string): Promise<StaffId | undefined> {
  const row = await tx.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirst()
  return row?.id as StaffId | undefined
}

type Publishing = { readonly by: StaffId; readonly leaderId: StaffId; readonly zone: string }

/** As its shifts have it, with a backup for each night. */
async function publish(tx: Tx, month: string, { by, leaderId, zone }: Publishing): Promise<void> {
  const there = await findMonth(tx.db, month)
  if (there && (there.version > 0 || (await isTouched(tx, month)))) return
  const cells = withBackups(await cellsOf(tx, month), await listRosterable(tx.db))
  await insertMonth(tx, month, by)
  await replaceCells(tx, month, await listCells(tx.db, month), cells)
  const findings = judge(await readFacts(tx.db, month, { now: tx.now, zone }), cells)
  const signed = whatPublishingNeeds(findings) !== null
  await insertVersion(tx, {
    month,
    version: 1,
    why: 'published',
    by,
    reason: signed ? '白班人手暂时不足，下月补齐 / The day desk is short of people until next month' : null,
    leaderId: signed ? leaderId : null,
    late: false,
    cells,
    findings,
  })
  await setMonth(tx, month, { state: 'published', version: 1, by })
}

/** Filled but for its last nights; some cells are locked, and the checker has something to say of it. */
async function draft(tx: Tx, month: string, { by, zone }: Pick<Publishing, 'by' | 'zone'>): Promise<void> {
  if (!(await insertMonth(tx, month, by))) return
  const people = await listRosterable(tx.db)
  const [first] = datesOf(month)
  const shifts = await listShifts(tx.db, addDays(first ?? '', -8), `${neighbour(month, 1)}-01`)
  const taken: Taken[] = [...shifts]
  const away = await listAway(tx.db, first ?? '', zone)
  const cells = await cellsOf(tx, month)
  for (const night of datesOf(month).slice(0, -LEFT_NIGHTS)) {
    if (cells.some((cell) => cell.night === night)) continue
    const window = { ...windowOf(night, '22:00', '06:00', zone), night, kind: 'night' as const }
    for (const [post, heads] of HEADS)
      for (const { id } of choose({ people, taken, away }, { ...window, post }).slice(0, heads)) {
        taken.push({ ...window, staffId: id })
        cells.push({ night, post, staffId: id, backup: false, locked: false })
      }
  }
  const facts = await readFacts(tx.db, month, { now: tx.now, zone })
  let mixed: StoredCell[] = cells
  for (const [post] of HEADS) mixed = exchangeNights(facts, mixed, { part: { post, backup: false }, before: [] })
  const planned = withBackups(mixed, people).filter(({ night, post }) => !(night.endsWith('-18') && post === 'guard'))
  await replaceCells(
    tx,
    month,
    [],
    planned.map((cell, n) => ({ ...cell, locked: n % 41 === 7 })),
  )
}

const cellsOf = async (tx: Tx, month: string): Promise<StoredCell[]> => {
  const shifts = await listShifts(tx.db, `${month}-01`, `${neighbour(month, 1)}-01`)
  return shifts
    .filter(({ kind }) => kind === 'night')
    .map(({ night, post, staffId }) => ({ night, post, staffId, backup: false, locked: false }))
}

/** Whoever leads another night stands ready for this one, in turns. */
function withBackups(cells: readonly StoredCell[], people: readonly Rostered[]): StoredCell[] {
  const leads = people.filter(({ posts }) => posts.includes('manager'))
  const nights = Map.groupBy(cells, ({ night }) => night)
  let turn = 0
  const backups = [...nights].flatMap(([night, on]) => {
    const busy = new Set(on.map(({ staffId }) => staffId))
    for (let tries = 0; tries < leads.length; tries++) {
      const one = leads[turn++ % leads.length]
      if (one && !busy.has(one.id))
        return [{ night, post: 'manager' as const, staffId: one.id, backup: true, locked: false }]
    }
    return []
  })
  return [...cells, ...backups]
}

const isTouched = async (tx: Tx, month: string): Promise<boolean> =>
  (await tx.db.selectFrom('roster_edits').select('id').where('month', '=', month).limit(1).executeTakeFirst()) !==
  undefined

/** Lin Mei works only there. */
export const isDemoCompany = async (db: Reader): Promise<boolean> => {
  const [first] = PEOPLE
  if (!first) return false
  const found = await db
    .selectFrom('staff')
    .select('id')
    .where('number', '=', first.number)
    .where('name', '=', first.name)
    .executeTakeFirst()
  return found !== undefined
}
