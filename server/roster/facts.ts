import type { Post, Rank } from '../kernel/capabilities.ts'
import type { StaffId } from '../kernel/ids.ts'
import type { Window } from '../kernel/time.ts'

/**
 * A month as the rule checker and the generator see it: plain facts, read once by `queries`, judged without a database.
 * Nights are local dates (`2026-11-23`) on which they begin; windows are instants.
 */
export type MonthFacts = {
  readonly month: string
  readonly zone: string
  readonly nights: readonly NightFacts[]
  readonly people: readonly PersonFacts[]
  /** Duties that stand already and are not of this plan: the days around the month, day shifts, a published part. */
  readonly standing: readonly StandingDuty[]
  /** Cells that may not change: of nights that are published or over, and locked ones. A plan without one of them is told so (H6). */
  readonly fixed: readonly Cell[]
  /** How often two people stood a night together on one post in the six months before; who is not named never met. */
  readonly met: readonly { readonly pair: readonly [StaffId, StaffId]; readonly nights: number }[]
  /** The leadership group has a valid 组长 now (row 5). */
  readonly groupHasHead: boolean
  /** Nights ahead during which, as appointed now, no valid 组长 is in their term for the whole of it. */
  readonly headless: readonly string[]
  /** Nights that are over: who stood there has stood there, whoever they are by now. */
  readonly over: readonly string[]
  readonly limits: Limits
}

export type NightFacts = {
  readonly night: string
  readonly window: Window
  readonly heads: Readonly<Record<Post, number>>
  /** Saturday or Sunday, or a public holiday by the calendar. */
  readonly weekend: boolean
  readonly holiday: boolean
  /** Why fewer stand here than the company asks, by HR; an explicit gap reason is no violation of row 20. */
  readonly gapReasons: Readonly<Partial<Record<Post, string>>>
}

export type PersonFacts = {
  readonly id: StaffId
  readonly name: string
  readonly rank: Rank
  readonly departmentId: string
  readonly posts: readonly Post[]
  /** The last day on which the training is valid; null where nobody has entered one (`Limits.trainingFrom` says what that means). */
  readonly trainedUntil: string | null
  /** Windows of approved leave. */
  readonly leave: readonly Window[]
  /** Nights on which the law or HR keeps this person from night work (birth date, protected from–until): the reason is HR's alone. */
  readonly notAtNight: readonly { readonly from: string; readonly to: string }[]
  readonly wishes: readonly { readonly night: string; readonly wish: 'want' | 'avoid' }[]
  /** The most nights in this month, by HR or by the person's contract; null leaves the company's rule. */
  readonly mostNights: number | null
  /** What this person has done in the six months before, for the fairness of this one. */
  readonly history: {
    readonly nights: number
    readonly weekends: number
    readonly holidays: number
    readonly managerTurns: number
  }
  /** Active for the whole month: the equal-load figure speaks of these. */
  readonly availableAllMonth: boolean
}

export type StandingDuty = Window & {
  readonly staffId: StaffId
  readonly post: Post | null
  readonly kind: 'night' | 'day'
}

/** One cell of the plan. The duty manager's named backup stays at home and is no duty of the window; it counts for rank, post and leave. */
export type Cell = {
  readonly night: string
  readonly post: Post
  readonly staffId: StaffId
  readonly backup: boolean
  /** A re-run of the generator leaves it. */
  readonly locked: boolean
  /** Where it does not stand as its night does: hours of its own, or by day; absent: the hours of the night. */
  readonly stretch?: Stretch
}
export type Stretch = Window & { readonly kind: 'night' | 'day' }

/** Of the night, with its hours or with others; the day desk is not. */
export const isAtNight = ({ stretch }: Pick<Cell, 'stretch'>): boolean => stretch?.kind !== 'day'

/** Section 4 as numbers; every one a setting. */
export type Limits = {
  readonly restHours: number
  readonly restAfterRunHours: number
  readonly nightsInFour: number
  readonly nightsInSeven: number
  /** Work without the paid break, hours. */
  readonly hoursADay: number
  readonly hoursAWeek: number
  readonly overtimeHoursAMonth: number
  readonly earlyMinutes: number
  readonly breakMinutes: number
  /** 综合工时 has its approval number: the day and the week are counted as an average over the month. */
  readonly hoursApproved: boolean
  /** Who has stood so many nights in the six months before, or is 主管 or above, is a senior of the post. */
  readonly seniorNights: number
  /** From this night on nobody without a date counts as trained; null while the company does not record it. */
  readonly trainingFrom: string | null
  /** Two people of a post stand together at most so often in a month; beyond that the plan says so. */
  readonly pairNights: number
}

/**
 * What is wrong with a plan, in the words of the clause: `code` is a key of `roster.findings`, `clause` of `roster.clauses`.
 * `hard` needs a reason and a leader's name to be published; `barred` cannot be published at all (row 5, row 8).
 */
export type Finding = {
  readonly code: string
  readonly clause: string
  readonly weight: 'barred' | 'hard' | 'soft'
  readonly night: string | null
  readonly post: Post | null
  readonly staffId: StaffId | null
  readonly values: Readonly<Record<string, string | number>>
}

/** What a move, a cover or a trade does to a plan. */
export type Change = { readonly out: readonly Cell[]; readonly in: readonly Cell[] }
