import type { Cell, Finding } from '../facts.ts'

/** Words of a finding stand under `roster.findings.<code>`, those of its clause under `roster.clauses.<clause>`. */
type Kind = readonly [clause: string, weight: Finding['weight']]

/** Every code with the clause it comes from: REGULATION rows 3, 5, 8, 20, 52 and section 4. */
export const KINDS = {
  group_headless: ['group', 'barred'],
  head_missing: ['group', 'barred'],
  manager_none: ['manager', 'barred'],
  manager_part: ['manager', 'barred'],
  manager_several: ['manager', 'barred'],
  manager_rank: ['manager', 'barred'],
  backup_none: ['backup', 'hard'],
  backup_several: ['backup', 'hard'],
  backup_rank: ['backup', 'hard'],
  /** Of a version that nobody could refuse: the checker itself says `leave` of the person. */
  backup_leave: ['backup', 'hard'],
  backup_on_duty: ['backup', 'hard'],
  heads_short: ['heads', 'hard'],
  heads_over: ['heads', 'soft'],
  gap_explained: ['heads', 'soft'],
  gone: ['heads', 'barred'],
  no_night: ['heads', 'barred'],
  post: ['heads', 'hard'],
  training: ['training', 'hard'],
  training_unrecorded: ['training', 'soft'],
  twice: ['overlap', 'barred'],
  overlap: ['overlap', 'barred'],
  overlap_early: ['early', 'hard'],
  rest_short: ['rest', 'hard'],
  rest_after_run: ['rest', 'hard'],
  nights_in_four: ['runs', 'hard'],
  nights_in_seven: ['runs', 'hard'],
  most_nights: ['load', 'hard'],
  hours_day: ['day', 'hard'],
  clock_change: ['overtime', 'soft'],
  hours_week: ['day', 'hard'],
  rest_day: ['week', 'hard'],
  overtime: ['overtime', 'hard'],
  /** Birth date and protection are HR's alone: clause and words name neither. */
  not_at_night: ['load', 'hard'],
  leave: ['fixed', 'hard'],
  fixed_gone: ['fixed', 'hard'],
  wish_avoid: ['wishes', 'soft'],
  wish_want: ['wishes', 'soft'],
  isolated: ['wishes', 'soft'],
  no_senior: ['wishes', 'soft'],
  pair_again: ['wishes', 'soft'],
  manager_department: ['turns', 'soft'],
} as const satisfies Record<string, Kind>
export type Code = keyof typeof KINDS

type Where = Partial<Pick<Finding, 'night' | 'post' | 'staffId'>>

export function finding(code: Code, where: Where, values: Finding['values'] = {}): Finding {
  const [clause, weight] = KINDS[code]
  return { code, clause, weight, night: null, post: null, staffId: null, ...where, values }
}

export const at = ({ night, post, staffId }: Cell): Where => ({ night, post, staffId })

/** One decimal, as people count hours. */
export const tenths = (hours: number): number => Math.round(hours * 10) / 10

const keyOf = ({ code, night, post, staffId }: Finding): string => `${code}|${night}|${post}|${staffId}`
/** By how much a limit is broken; 0 where it is or is not. */
const excess = ({ values }: Finding): number => Number(values.by ?? 0)

/** What was not there before, or was less bad. */
export function newly(before: readonly Finding[], after: readonly Finding[]): Finding[] {
  const known = new Map<string, number>()
  for (const one of before) known.set(keyOf(one), Math.max(known.get(keyOf(one)) ?? 0, excess(one)))
  return after.filter((one) => {
    const was = known.get(keyOf(one))
    return was === undefined || excess(one) > was
  })
}
