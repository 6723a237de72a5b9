import { addDays, DAY, HOUR, instantOf, MINUTE, weekdayOf } from '../../server/kernel/time.ts'
import type { Cell, MonthFacts, PersonFacts } from '../../server/roster/facts.ts'

type Work = { readonly arrives: number; readonly from: number; readonly to: number; readonly night: string | null }

/**
 * The hard rules of REGULATION 4 once more, written down as plainly as they read and without a line of the checker: what
 * this finds and the checker does not name is a rule broken unnamed. `code who` for people, `code night post` for nights.
 */
export function brokenRules(facts: MonthFacts, cells: readonly Cell[]): Set<string> {
  const broken = new Set<string>()
  for (const { night, heads, gapReasons } of facts.nights) {
    const on = cells.filter((cell) => cell.night === night && cell.stretch?.kind !== 'day')
    const managers = on.filter(({ post, backup }) => post === 'manager' && !backup).length
    const backups = on.filter(({ backup }) => backup).length
    if (heads.manager > 0 && managers === 0) broken.add(`manager_none ${night} manager`)
    if (managers > 1) broken.add(`manager_several ${night} manager`)
    if (heads.manager > 0 && backups === 0) broken.add(`backup_none ${night} manager`)
    if (backups > 1) broken.add(`backup_several ${night} manager`)
    for (const post of ['service', 'technician', 'guard'] as const)
      if (on.filter((cell) => cell.post === post && !cell.backup).length < heads[post] && !gapReasons[post])
        broken.add(`heads_short ${night} ${post}`)
  }
  for (const id of new Set([...cells, ...facts.standing].map(({ staffId }) => staffId))) {
    const mine = cells.filter(({ staffId }) => staffId === id)
    const person = facts.people.find((one) => one.id === id)
    if (!person) broken.add(`gone ${id}`)
    else for (const code of ofPerson(facts, person, mine)) broken.add(`${code} ${id}`)
  }
  return broken
}

function ofPerson(facts: MonthFacts, person: PersonFacts, mine: readonly Cell[]): Set<string> {
  const { limits } = facts
  const codes = new Set<string>()
  for (const cell of mine) {
    const window = cell.stretch ?? facts.nights.find(({ night }) => night === cell.night)?.window
    if (!window) continue
    const isDay = cell.stretch?.kind === 'day'
    if (!person.posts.includes(cell.post)) codes.add('post')
    if (cell.post === 'manager' && person.rank === 'staff') codes.add(cell.backup ? 'backup_rank' : 'manager_rank')
    if (person.trainedUntil !== null && person.trainedUntil < cell.night) codes.add('training')
    if (!isDay && person.notAtNight.some(({ from, to }) => from <= cell.night && cell.night <= to))
      codes.add('not_at_night')
    const arrives = window.from.getTime() - limits.earlyMinutes * MINUTE
    if (person.leave.some(({ from, to }) => from < window.to && to.getTime() > arrives)) codes.add('leave')
    if (
      cell.backup &&
      mine.some((other) => other !== cell && other.stretch?.kind !== 'day' && other.night === cell.night)
    )
      codes.add('backup_on_duty')
  }
  const nights = mine.filter(({ backup }) => !backup)
  const stood = nights.filter(({ stretch }) => stretch?.kind !== 'day').length
  if (person.mostNights !== null && stood > person.mostNights) codes.add('most_nights')
  for (const code of ofWork(facts, workOf(facts, person, nights))) codes.add(code)
  return codes
}

function workOf(facts: MonthFacts, { id }: PersonFacts, nights: readonly Cell[]): Work[] {
  const early = facts.limits.earlyMinutes * MINUTE
  const planned = nights.flatMap(({ night: date, stretch }) => {
    const window = stretch ?? facts.nights.find((one) => one.night === date)?.window
    const night = stretch?.kind === 'day' ? null : date
    return window
      ? [{ arrives: window.from.getTime() - early, from: window.from.getTime(), to: window.to.getTime(), night }]
      : []
  })
  const standing = facts.standing
    .filter(({ staffId }) => staffId === id)
    .map(({ from, to, kind, post }) => ({
      arrives: from.getTime() - (post ? early : 0),
      from: from.getTime(),
      to: to.getTime(),
      // Every window of these tests begins in the evening of its night.
      night: kind === 'night' ? new Date(from.getTime() + 8 * HOUR).toISOString().slice(0, 10) : null,
    }))
  return [...planned, ...standing].sort((a, b) => a.arrives - b.arrives)
}

function ofWork(facts: MonthFacts, work: readonly Work[]): Set<string> {
  const { limits, zone, month } = facts
  const codes = new Set<string>()
  for (const [n, one] of work.entries())
    for (const other of work.slice(n + 1)) {
      if (other.from < one.to) codes.add('overlap')
      else if (other.arrives < one.to) codes.add('overlap_early')
      else if (other.arrives - one.to < limits.restHours * HOUR) codes.add('rest_short')
    }
  // Two nights in a row and then something that is not the third: a day's rest between.
  for (const [n, one] of work.entries()) {
    const [before, next] = [work[n - 1], work[n + 1]]
    if (!before?.night || !one.night || !next || addDays(before.night, 1) !== one.night) continue
    const rest = (next.arrives - one.to) / HOUR
    if (next.night !== addDays(one.night, 1) && rest >= limits.restHours && rest < limits.restAfterRunHours)
      codes.add('rest_after_run')
  }
  const dates = new Set(work.flatMap(({ night }) => night ?? []))
  for (const date of dates)
    for (const [length, most, code] of [
      [4, limits.nightsInFour, 'nights_in_four'],
      [7, limits.nightsInSeven, 'nights_in_seven'],
    ] as const) {
      const inside = Array.from({ length }, (_, back) => addDays(date, -back)).filter((one) => dates.has(one))
      if (inside.length > most) codes.add(code)
    }
  const hoursOf = ({ arrives, to }: Work): number => {
    const hours = (to - arrives) / HOUR
    return hours >= 6 ? hours - limits.breakMinutes / 60 : hours
  }
  const first = instantOf(`${month}-01`, '00:00', zone).getTime()
  const days = facts.nights.length
  const inMonth = work.filter(({ arrives }) => arrives >= first && arrives < first + days * DAY)
  if (sum(inMonth.map(hoursOf)) / (days / 7) > limits.hoursAWeek) codes.add('hours_week')
  let overtime = 0
  for (
    let monday = addDays(`${month}-01`, 1 - weekdayOf(`${month}-01`) - 7), n = 0;
    n < 8;
    monday = addDays(monday, 7), n++
  ) {
    const from = instantOf(monday, '00:00', zone).getTime()
    const inside = work.filter(({ arrives, to }) => arrives < from + 7 * DAY && to > from)
    const begun = work.filter(({ arrives }) => arrives >= from && arrives < from + 7 * DAY).map(hoursOf)
    const free = [from, ...inside.map(({ to }) => to)].some(
      (begin) =>
        begin + DAY <= from + 7 * DAY && inside.every(({ arrives, to }) => to <= begin || arrives >= begin + DAY),
    )
    if (!free) codes.add('rest_day')
    if (!addDays(monday, 3).startsWith(month)) continue
    overtime += Math.max(
      0,
      sum(begun) - limits.hoursAWeek,
      sum(begun.map((hours) => Math.max(0, hours - limits.hoursADay))),
    )
  }
  if (overtime > limits.overtimeHoursAMonth) codes.add('overtime')
  return codes
}
const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0)
