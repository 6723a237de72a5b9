import type { Post } from '../kernel/capabilities.ts'
import type { StaffId } from '../kernel/ids.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import type { Reader } from '../schema.ts'
import { headFindings, judge, judgeChange, keyOf } from './checker/rules.ts'
import { type Substitutes, substitutesFor } from './checker/substitutes.ts'
import { type Cell, type Finding, isAtNight, type MonthFacts, type Stretch } from './facts.ts'
import { neighbour } from './month.ts'
import { listCells } from './months/cells/queries.ts'
import { readFacts } from './months/facts/queries.ts'
import { findMonth } from './months/queries.ts'
import { isPublished } from './months/rules.ts'
import { listShifts, shiftsOfNight } from './queries.ts'

/** When, and in which zone nights are counted. */
export type At = { readonly now: Date; readonly zone: string }
/** A shift as somebody stands in it; `night` is the date on which it begins, also by day. */
export type Stand = Stretch & { readonly staffId: StaffId; readonly post: Post; readonly night: string }
export type Standing = { readonly facts: MonthFacts; readonly cells: readonly Cell[] }

/** What really stands in a month, whatever HR is drafting meanwhile; backups are of the plan alone. */
export async function standingOf(db: Reader, month: string, at: At): Promise<Standing> {
  const facts = await readFacts(db, month, at)
  const backups = (await listCells(db, month)).filter(({ backup }) => backup)
  const shifts = await listShifts(db, `${month}-01`, `${neighbour(month, 1)}-01`)
  const cells = shifts.filter(({ kind }) => kind === 'night').map((shift) => cellOf(facts, shift))
  return { facts, cells: [...cells, ...backups] }
}

/** A plan as it will stand once it is published: whoever has a shift there with hours of their own keeps them, and is judged by them. */
export async function planAsItStands(db: Reader, month: string, at: At): Promise<Standing> {
  const [facts, cells, all] = await Promise.all([
    readFacts(db, month, at),
    listCells(db, month),
    listShifts(db, `${month}-01`, `${neighbour(month, 1)}-01`),
  ])
  const shifts = Map.groupBy(
    all.filter(({ kind }) => kind === 'night'),
    ({ night, post, staffId }) => `${night} ${post} ${staffId}`,
  )
  return {
    facts,
    cells: cells.flatMap((cell) => {
      const mine = cell.backup ? [] : (shifts.get(`${cell.night} ${cell.post} ${cell.staffId}`) ?? [])
      return mine.length === 0 ? [cell] : mine.map((shift) => ({ ...cellOf(facts, shift), locked: cell.locked }))
    }),
  }
}

/** A shift as the checker sees it: with hours of its own where it does not keep those of its night. */
export function cellOf({ nights }: MonthFacts, { night, post, staffId, kind, from, to }: Stand): Cell {
  const window = nights.find((one) => one.night === night)?.window
  const usual = kind === 'night' && window?.from.getTime() === from.getTime() && window.to.getTime() === to.getTime()
  return { night, post, staffId, backup: false, locked: false, ...(usual ? {} : { stretch: { from, to, kind } }) }
}

/** Row 24: who may legally stand in for a shift, by night or by day, least load first, and why not the others: the whole checker decides. */
export async function eligibleFor(db: Reader, shift: Stand, at: At): Promise<Substitutes> {
  const { facts, cells } = await standingOf(db, shift.night.slice(0, 7), at)
  return substitutesFor(facts, cells, cellOf(facts, shift))
}

/**
 * The same for somebody who has not come (row 25): the named backup of the duty manager stands ready for just this (H1) and is the
 * first to be called.
 */
export async function standInsFor(db: Reader, shift: Stand, at: At): Promise<Substitutes> {
  const { facts, cells } = await standingOf(db, shift.night.slice(0, 7), at)
  if (shift.post !== 'manager' || shift.kind === 'day') return substitutesFor(facts, cells, cellOf(facts, shift))
  const isReady = ({ backup, night }: Cell): boolean => backup && night === shift.night
  const ready = new Set(cells.filter(isReady).map(({ staffId }) => staffId))
  const found = substitutesFor(
    facts,
    cells.filter((cell) => !isReady(cell)),
    cellOf(facts, shift),
  )
  return {
    ...found,
    eligible: found.eligible
      .map((one) => ({ ...one, backup: ready.has(one.staffId) }))
      .toSorted((a, b) => Number(b.backup) - Number(a.backup)),
  }
}

/** By day a shift stands beside the plan: whoever gives it away stands in it no more. */
export function withoutDays(facts: MonthFacts, gone: readonly Stand[]): MonthFacts {
  const days = gone.filter((one) => !isAtNight({ stretch: one }))
  if (days.length === 0) return facts
  const isGone = (duty: MonthFacts['standing'][number]): boolean =>
    days.some(({ staffId, from }) => staffId === duty.staffId && from.getTime() === duty.from.getTime())
  return { ...facts, standing: facts.standing.filter((duty) => !isGone(duty)) }
}

/**
 * Everything that a shift put in, changed or taken out by hand newly breaks, or breaks more. What a night itself lacks
 * counts where its month is published: one that is entered shift by shift is not whole yet.
 */
export async function judgeByHand(
  db: Reader,
  { out, put }: { readonly out: Stand | null; readonly put: Stand | null },
  at: At,
): Promise<Finding[]> {
  const month = (put ?? out)?.night.slice(0, 7) ?? ''
  const { facts: known, cells } = await standingOf(db, month, at)
  const facts = withoutDays(known, out ? [out] : [])
  const whole = await findMonth(db, month)
  const found = judgeChange(facts, cells, {
    out: out && out.kind === 'night' ? [cellOf(facts, out)] : [],
    in: put ? [cellOf(facts, put)] : [],
  })
  const published = whole !== undefined && isPublished(whole)
  // Row 5: what is done by hand stands at once, as by a publication; only what is taken out of a plan that nobody has seen is none.
  const headless = put || published ? headFindings(facts, [(put ?? out)?.night ?? '']) : []
  const others = found.filter(({ clause }) => clause !== 'group')
  return [...headless, ...(published ? others : others.filter(({ staffId }) => staffId !== null))]
}

/** Row 5: why these nights cannot change hands, where it is planned and nobody is ill; null where a 组长 heads the house in each. */
export async function whyNotLed(db: Reader, nights: readonly string[], at: At): Promise<Refusal | null> {
  for (const month of new Set(nights.map((night) => night.slice(0, 7)))) {
    const facts = await readFacts(db, month, at)
    const [wrong] = headFindings(
      facts,
      nights.filter((night) => night.startsWith(month)),
    )
    if (wrong) return refusal('roster.headless')
  }
  return null
}

/**
 * Everything that shifts entered together break as they stand now, each person's and, without a 组长, the house's own (row 5).
 * `lacks`: what their nights themselves still want, which bars nothing until their month is published.
 */
export async function judgeFirst(
  db: Reader,
  plans: readonly Stand[],
  at: At,
): Promise<{ readonly findings: Finding[]; readonly lacks: Finding[] }> {
  const month = plans[0]?.night.slice(0, 7) ?? ''
  const { facts: known, cells } = await standingOf(db, month, at)
  const facts = withoutDays(known, plans)
  const put = plans.map((plan) => cellOf(facts, plan))
  const keys = new Set(put.map(keyOf))
  const nights = new Set(plans.map(({ night }) => night))
  const found = judgeChange(
    facts,
    cells.filter((cell) => !keys.has(keyOf(cell))),
    { out: [], in: put },
  )
  const whole = await findMonth(db, month)
  const counted = whole && isPublished(whole) ? found : found.filter(({ staffId }) => staffId !== null)
  return {
    findings: [...headFindings(facts, [...nights]), ...counted.filter(({ clause }) => clause !== 'group')],
    lacks: judge(facts, [...cells.filter((cell) => !keys.has(keyOf(cell))), ...put]).filter(
      ({ staffId, night, weight }) => staffId === null && night !== null && nights.has(night) && weight !== 'soft',
    ),
  }
}

/** What is wrong with a night and its day as they stand: of each person, and of the night itself where its month is published. */
export async function findingsOfNight(db: Reader, night: string, at: At): Promise<Finding[]> {
  const [{ facts: known, cells }, shifts, whole] = await Promise.all([
    standingOf(db, night.slice(0, 7), at),
    shiftsOfNight(db, night),
    findMonth(db, night.slice(0, 7)),
  ])
  const days = shifts.filter(({ kind }) => kind === 'day')
  const facts = withoutDays(known, days)
  const found = judge(facts, [...cells, ...days.map((day) => cellOf(facts, day))])
  const lacks = whole && isPublished(whole)
  return found.filter((one) => one.night === night && one.weight !== 'soft' && (lacks || one.staffId !== null))
}
