import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { judgeChange, whyNotOn } from '../checker/rules.ts'
import { substitutesFor } from '../checker/substitutes.ts'
import type { Cell, Change, Finding, MonthFacts, StandingDuty } from '../facts.ts'
import { neighbour } from '../month.ts'
import { readFacts } from '../months/facts/queries.ts'
import { listCells } from '../months/queries.ts'
import { listShifts, type ShiftView } from '../queries.ts'
import { limitsOf, listCandidates } from './eligibility/queries.ts'
import { type Candidate, findingsOf, type Offered, offered } from './eligibility/rules.ts'
import type { Givable } from './lists/queries.ts'
import type { SwapFinding } from './rules.ts'

/** When, and in which zone nights are counted. */
export type At = { readonly now: Date; readonly zone: string }
type Swapping = { readonly shift: ShiftView; readonly substituteId: StaffId; readonly back: ShiftView | null }
type Given = Pick<ShiftView, 'night' | 'post' | 'kind' | 'staffId'>
type Move = { readonly given: Given & Pick<ShiftView, 'from'>; readonly to: StaffId }

/**
 * Every hard rule that a cover or a trade would newly break, for whoever takes the shift and whoever takes the other:
 * nights by the checker of the roster, the day desk by the times between duties alone.
 */
export async function judgeSwap(db: Reader, swapping: Swapping, at: At): Promise<SwapFinding[]> {
  const { shift, substituteId, back } = swapping
  const moves = [{ given: shift, to: substituteId }, ...(back ? [{ given: back, to: shift.staffId }] : [])]
  const months = new Set(moves.filter(({ given }) => given.kind === 'night').map(({ given }) => monthOf(given)))
  const found: SwapFinding[] = []
  for (const month of months) {
    const { facts: known, cells } = await planOf(db, month, at)
    const facts = afterMoves(
      known,
      moves.filter(({ given }) => monthOf(given) !== month),
    )
    const mine = moves.filter(({ given }) => given.kind === 'night' && monthOf(given) === month)
    const change: Change = {
      out: mine.map(({ given }) => cellOf(cells, given)),
      in: mine.map(({ given, to }) => ({ ...cellOf(cells, given), staffId: to })),
    }
    const people = moves.map(({ to }) => to)
    found.push(
      ...judgeChange(facts, cells, change)
        .filter((one) => counts(one, people))
        .map(saidOf),
    )
  }
  return [...found, ...(await ofTimes(db, moves))]
}

/** A trade over the end of a month: of the other month's nights the one is gone and the other has come. */
function afterMoves(facts: MonthFacts, moves: readonly Move[]): MonthFacts {
  if (moves.length === 0) return facts
  const moveOf = (duty: StandingDuty): Move | undefined =>
    moves.find(({ given }) => given.staffId === duty.staffId && given.from.getTime() === duty.from.getTime())
  const moved = facts.standing.flatMap((duty) => {
    const move = moveOf(duty)
    return move ? [{ ...duty, staffId: move.to }] : []
  })
  return { ...facts, standing: [...facts.standing.filter((duty) => !moveOf(duty)), ...moved] }
}

/** What really stands, whatever HR is drafting meanwhile; backups are of the plan alone. */
export async function planOf(db: Reader, month: string, at: At): Promise<{ facts: MonthFacts; cells: Cell[] }> {
  const facts = await readFacts(db, month, at)
  const backups = (await listCells(db, month)).filter(({ backup }) => backup)
  const shifts = await listShifts(db, `${month}-01`, `${neighbour(month, 1)}-01`)
  const cells = shifts
    .filter(({ kind }) => kind === 'night')
    .map(({ night, post, staffId }) => ({ night, post, staffId, backup: false, locked: false }))
  return { facts, cells: [...cells, ...backups] }
}

/** Only those who may, with their load now and after, the least first (REGULATION row 24). */
export async function listCovers(
  db: Reader,
  shift: ShiftView,
  people: readonly Candidate[],
  at: At,
): Promise<Offered[]> {
  const limits = await limitsOf(db)
  if (shift.kind === 'day') return offered(people, shift, { except: shift.staffId, limits })
  const { facts, cells } = await planOf(db, monthOf(shift), at)
  const known = new Map(people.map((one) => [one.id, one]))
  return substitutesFor(facts, cells, cellOf(cells, shift)).eligible.flatMap(({ staffId, now, after }) => {
    const person = known.get(staffId)
    if (!person || findingsOf(person, shift, null, limits).some(isOfTimes)) return []
    return [{ ...person, nights: now.nights, hoursNow: now.hours, hoursAfter: after.hours }]
  })
}

/** Shifts of others for which they could take this one and its owner theirs; `givable` says of which months. */
export async function listTrades(
  db: Reader,
  shift: ShiftView,
  { people, givable, most, at }: { people: readonly Candidate[]; givable: readonly Givable[]; most: number; at: At },
): Promise<{ person: Candidate; theirs: Givable }[]> {
  const limits = await limitsOf(db)
  const known = new Map(people.map((one) => [one.id, one]))
  const mine = known.get(shift.staffId)
  if (!mine || shift.kind === 'day') return []
  const plans = new Map<string, Awaited<ReturnType<typeof planOf>>>()
  for (const month of new Set([shift, ...givable].map(monthOf))) plans.set(month, await planOf(db, month, at))
  const trades: { person: Candidate; theirs: Givable }[] = []
  for (const theirs of givable) {
    const person = known.get(theirs.staffId)
    const other = theirs.kind === 'night' && (theirs.night !== shift.night || theirs.post !== shift.post)
    if (!person || person.id === mine.id || !other) continue
    const times = [findingsOf(person, shift, theirs.id, limits), findingsOf(mine, theirs, shift.id, limits)]
    if (times.flat().length > 0) continue
    const moves = [
      { given: shift, to: person.id },
      { given: theirs, to: mine.id },
    ]
    const barred = moves.flatMap(({ given, to }) => {
      const plan = plans.get(monthOf(given))
      if (!plan) return []
      const facts = afterMoves(
        plan.facts,
        moves.filter((other) => monthOf(other.given) !== monthOf(given)),
      )
      const rest = plan.cells.filter((one) => !same(one, shift) && !same(one, theirs))
      return whyNotOn(facts, rest, to, given)
    })
    if (barred.length === 0) trades.push({ person, theirs })
    if (trades.length >= most) break
  }
  return trades
}

/** What is certain of times alone, also where the plan knows no such window. */
async function ofTimes(db: Reader, moves: readonly { given: ShiftView; to: StaffId }[]): Promise<SwapFinding[]> {
  const limits = await limitsOf(db)
  const found: SwapFinding[] = []
  for (const { given, to } of moves) {
    const [person] = await listCandidates(db, given.night, [to])
    const out = moves.find((one) => one.given.staffId === to)?.given.id ?? null
    const all = person ? findingsOf(person, given, out, limits) : [{ code: 'swaps.finding.gone', values: {} }]
    found.push(...all.filter((one) => given.kind === 'day' || isOfTimes(one)))
  }
  return found
}
const isOfTimes = ({ code }: SwapFinding): boolean => code === 'swaps.finding.overlap' || code === 'swaps.finding.gone'

const counts = ({ weight, staffId }: Finding, people: readonly StaffId[]): boolean =>
  weight !== 'soft' && (staffId === null || people.includes(staffId))
const saidOf = ({ code, values, night }: Finding): SwapFinding => ({
  code: `roster.findings.${code}`,
  values: night ? { ...values, night } : values,
})
const monthOf = ({ night }: Pick<Given, 'night'>): string => night.slice(0, 7)
const same = (cell: Cell, { night, post, staffId }: Omit<Given, 'kind'>): boolean =>
  !cell.backup && cell.night === night && cell.post === post && cell.staffId === staffId
const cellOf = (cells: readonly Cell[], given: Given): Cell =>
  cells.find((one) => same(one, given)) ?? {
    night: given.night,
    post: given.post,
    staffId: given.staffId,
    backup: false,
    locked: false,
  }
