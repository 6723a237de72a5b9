import type { StaffId } from '../../kernel/ids.ts'
import { HOUR } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import { tenths } from '../checker/finding.ts'
import { groundOf } from '../checker/ground.ts'
import { judgeChange, whyNotOn } from '../checker/rules.ts'
import { loadOf } from '../checker/substitutes.ts'
import { findAsked } from '../confirmations/queries.ts'
import type { Cell, Change, Finding, MonthFacts, StandingDuty } from '../facts.ts'
import { type At, cellOf, eligibleFor, type Stand, type Standing, standingOf, withoutDays } from '../judging.ts'
import type { ShiftView } from '../queries.ts'
import { limitsOf, listCandidates } from './eligibility/queries.ts'
import { type Candidate, findingsOf, type Offered } from './eligibility/rules.ts'
import type { Givable } from './lists/queries.ts'
import { isEmergency, type SwapFinding } from './rules.ts'

type Swapping = { readonly shift: ShiftView; readonly substituteId: StaffId; readonly back: ShiftView | null }
export type Move = { readonly given: Stand; readonly to: StaffId }

/** Every hard rule that a cover or a trade would newly break, for whoever takes the shift and whoever takes the other. */
export async function judgeSwap(db: Reader, swapping: Swapping, at: At): Promise<SwapFinding[]> {
  const { shift, substituteId, back } = swapping
  const moves = [{ given: shift, to: substituteId }, ...(back ? [{ given: back, to: shift.staffId }] : [])]
  const months = new Set(moves.map(({ given }) => monthOf(given)))
  const found: SwapFinding[] = []
  for (const month of months) {
    found.push(...judgeMoves(await standingOf(db, month, at), moves, month).map(saidOf))
  }
  return [...found, ...(await ofTimes(db, moves))]
}

/** What moves by night and by day newly break in one month, for whoever takes something and for its nights; what stood by day is compared as it stood. */
export function judgeMoves({ facts: known, cells }: Standing, moves: readonly Move[], month: string): Finding[] {
  const mine = moves.filter(({ given }) => monthOf(given) === month)
  const elsewhere = moves.filter((move) => !mine.includes(move))
  const facts = withoutDays(
    afterMoves(known, elsewhere),
    mine.map(({ given }) => given),
  )
  const days = mine.filter(({ given }) => given.kind === 'day').map(({ given }) => cellOf(facts, given))
  const change: Change = {
    out: mine.map(({ given }) => placeOf(facts, cells, given)),
    in: mine.map(({ given, to }) => ({ ...placeOf(facts, cells, given), staffId: to })),
  }
  const people = moves.map(({ to }) => to)
  return judgeChange(facts, [...cells, ...days], change).filter((one) => counts(one, people))
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

/** Only those who may, with their load now and after, the least first (REGULATION row 24). */
export async function listCovers(
  db: Reader,
  shift: ShiftView,
  people: readonly Candidate[],
  at: At,
): Promise<Offered[]> {
  const limits = await limitsOf(db)
  const known = new Map(people.map((one) => [one.id, one]))
  return (await eligibleFor(db, shift, at)).eligible.flatMap(({ staffId, now, after }) => {
    const person = known.get(staffId)
    if (!person || findingsOf(person, shift, null, limits).some(isOfTimes)) return []
    return [{ ...person, nights: now.nights, hoursNow: now.hours, hoursAfter: after.hours }]
  })
}

/** Somebody with a shift of theirs that both could trade, and with their hours of the month as they stand and after it. */
export type Trade = {
  readonly person: Candidate
  readonly theirs: Givable
  readonly hoursNow: number
  readonly hoursAfter: number
}

/** Shifts of others, by night and by day, for which they could take this one and its owner theirs; `givable` says of which months. Whoever has the fewest nights comes first (row 24). */
export async function listTrades(
  db: Reader,
  shift: ShiftView,
  { people, givable, most, at }: { people: readonly Candidate[]; givable: readonly Givable[]; most: number; at: At },
): Promise<Trade[]> {
  const limits = await limitsOf(db)
  const known = new Map(people.map((one) => [one.id, one]))
  const mine = known.get(shift.staffId)
  if (!mine) return []
  const plans = new Map<string, Standing>()
  for (const month of new Set([shift, ...givable].map(monthOf))) plans.set(month, await standingOf(db, month, at))
  const here = plans.get(monthOf(shift))
  if (!here) return []
  const ground = groundOf(here.facts)
  const cellsOf = Map.groupBy(here.cells, ({ staffId }) => staffId)
  const loads = new Map(here.facts.people.map(({ id }) => [id, loadOf(ground, id, cellsOf.get(id) ?? [])]))
  const nightsOf = (id: StaffId): number => (ground.people.get(id)?.history.nights ?? 0) + (loads.get(id)?.nights ?? 0)
  const hoursOf = (one: Stand): number => (one.to.getTime() - one.from.getTime()) / HOUR + limits.earlyMinutes / 60
  const trades: Trade[] = []
  for (const theirs of givable.toSorted((a, b) => nightsOf(a.staffId) - nightsOf(b.staffId))) {
    const person = known.get(theirs.staffId)
    const other = theirs.post !== shift.post || theirs.from.getTime() !== shift.from.getTime()
    if (!person || person.id === mine.id || !other) continue
    const times = [findingsOf(person, shift, theirs.id, limits), findingsOf(mine, theirs, shift.id, limits)]
    if (times.flat().length > 0) continue
    const moves: Move[] = [
      { given: theirs, to: mine.id },
      { given: shift, to: person.id },
    ]
    if (!moves.every((move) => mayTake(plans.get(monthOf(move.given)), move, moves))) continue
    const hoursNow = loads.get(person.id)?.hours ?? 0
    const gives = monthOf(theirs) === monthOf(shift) ? hoursOf(theirs) : 0
    trades.push({ person, theirs, hoursNow, hoursAfter: tenths(hoursNow + hoursOf(shift) - gives) })
    if (trades.length >= most) break
  }
  return trades
}

/** Whether somebody may stand in what they get, once they have left what they give for it, by night or by day. */
function mayTake(plan: Standing | undefined, { given, to }: Move, moves: readonly Move[]): boolean {
  if (!plan) return true
  const here = moves.filter((one) => monthOf(one.given) === monthOf(given))
  const moved = afterMoves(
    ofOne(plan.facts, to),
    moves.filter((one) => !here.includes(one)),
  )
  const facts = withoutDays(
    moved,
    here.map((one) => one.given),
  )
  const nights = here.filter((one) => one.given.kind === 'night')
  const rest = plan.cells.filter((cell) => !nights.some((one) => same(cell, one.given)))
  return whyNotOn(facts, rest, to, cellOf(facts, given)).length === 0
}

/** What else one person stands in: all that is asked when it is about them alone, so that a list of a thousand is quick. */
const ofOne = (facts: MonthFacts, id: StaffId): MonthFacts => ({
  ...facts,
  people: facts.people.filter((one) => one.id === id),
  standing: facts.standing.filter(({ staffId }) => staffId === id),
})

/** Whether that shift of theirs may change hands as an emergency alone. */
export const isUrgentBack = async (db: Reader, theirs: Givable, now: Date, swapHours: number): Promise<boolean> =>
  isEmergency(theirs, false, now, swapHours) && !(await findAsked(db, theirs.id))?.latePublished

/** What is certain of times alone, also where the plan knows no such window. */
async function ofTimes(db: Reader, moves: readonly { given: ShiftView; to: StaffId }[]): Promise<SwapFinding[]> {
  const limits = await limitsOf(db)
  const found: SwapFinding[] = []
  for (const { given, to } of moves) {
    const [person] = await listCandidates(db, given.night, [to])
    const out = moves.find((one) => one.given.staffId === to)?.given.id ?? null
    const all = person ? findingsOf(person, given, out, limits) : [{ code: 'swaps.finding.gone', values: {} }]
    found.push(...all.filter(isOfTimes))
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
const monthOf = ({ night }: Pick<Stand, 'night'>): string => night.slice(0, 7)
const same = (cell: Cell, { night, post, staffId }: Pick<Stand, 'night' | 'post' | 'staffId'>): boolean =>
  !cell.backup && cell.night === night && cell.post === post && cell.staffId === staffId
/** As it stands among the cells, where it is one of the night. */
const placeOf = (facts: MonthFacts, cells: readonly Cell[], given: Stand): Cell =>
  (given.kind === 'night' ? cells.find((one) => same(one, given)) : undefined) ?? cellOf(facts, given)
