import { HOUR } from '../../kernel/time.ts'
import type { Cell, Finding } from '../facts.ts'
import { at, type Code, finding, tenths } from './finding.ts'
import type { Duty, Ground } from './ground.ts'

/** Overlaps and rest between one duty and the next (H3, H4); the early arrival is work. */
export function restFindings({ facts: { limits } }: Ground, duties: readonly Duty[]): Finding[] {
  const findings: Finding[] = []
  let run = 0
  for (const [n, duty] of duties.entries()) {
    const before = duties[n - 1]
    if (before) {
      const cell = duty.cell ?? before.cell
      const code = cell && gapCode(before, duty)
      if (cell && code) findings.push(finding(code, at(cell)))
      const rest = (duty.arrives - before.to) / HOUR
      if (cell && !code && rest < limits.restHours) findings.push(short('rest_short', cell, rest, limits.restHours))
      const goesOn = duty.night !== null && before.night !== null && duty.night - before.night === 1
      if (cell && !code && !goesOn && run > 1 && rest < limits.restAfterRunHours && rest >= limits.restHours)
        findings.push(short('rest_after_run', cell, rest, limits.restAfterRunHours))
    }
    run = runAt(run, before, duty)
  }
  return [...findings, ...hidden(duties)]
}

const short = (code: Code, cell: Cell, rest: number, least: number): Finding =>
  finding(code, at(cell), { hours: tenths(rest), least, by: least - rest })

/** Nights one after the other up to this duty; 0 after a day. */
function runAt(run: number, before: Duty | undefined, { night }: Duty): number {
  if (night === null) return 0
  return before && before.night !== null && night - before.night === 1 ? run + 1 : 1
}

function gapCode(before: Duty, duty: Duty): Code | null {
  const whole = before.cell && duty.cell && !before.cell.stretch && !duty.cell.stretch
  if (whole && before.night === duty.night) return 'twice'
  if (duty.from < before.to) return 'overlap'
  return duty.arrives < before.to ? 'overlap_early' : null
}

/** A long duty may reach over the next one into the one after: neighbours alone do not show that. */
function hidden(duties: readonly Duty[]): Finding[] {
  const findings: Finding[] = []
  let longest = duties[0]
  for (const [n, duty] of duties.entries()) {
    const cell = duty.cell ?? longest?.cell
    if (longest && n > 1 && longest !== duties[n - 1] && duty.from < longest.to && cell)
      findings.push(finding('overlap', at(cell)))
    if (!longest || duty.to > longest.to) longest = duty
  }
  return findings
}

/** At most so many nights in any four and any seven (H4); the last days before the month and what follows count (H7). */
export function runFindings({ facts: { limits } }: Ground, duties: readonly Duty[]): Finding[] {
  const nights = duties.filter(({ night }) => night !== null)
  return [
    ...windows('nights_in_four', nights, 4, limits.nightsInFour),
    ...windows('nights_in_seven', nights, 7, limits.nightsInSeven),
  ]
}

function windows(code: Code, nights: readonly Duty[], length: number, most: number): Finding[] {
  const worst = new Map<Cell, number>()
  for (const { night: end } of nights) {
    if (end === null) continue
    const inside = nights.filter(({ night }) => night !== null && night > end - length && night <= end)
    const count = new Set(inside.map(({ night }) => night)).size
    const cell = inside.findLast((one) => one.cell)?.cell
    if (cell && count > most) worst.set(cell, Math.max(worst.get(cell) ?? 0, count))
  }
  return [...worst].map(([cell, count]) => finding(code, at(cell), { count, most, by: count - most }))
}
