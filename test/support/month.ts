import type { Post } from '../../server/kernel/capabilities.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { weekdayOf, windowOf } from '../../server/kernel/time.ts'
import type { Signed } from '../../server/roster/exceptions/actions.ts'
import type { Cell, Limits, MonthFacts, PersonFacts } from '../../server/roster/facts.ts'
import { datesOf } from '../../server/roster/month.ts'

export const ZONE = 'Asia/Shanghai'
/** REGULATION 4 as the product's settings have it. */
export const LIMITS: Limits = {
  restHours: 11,
  restAfterRunHours: 24,
  nightsInFour: 2,
  nightsInSeven: 3,
  hoursADay: 8,
  hoursAWeek: 44,
  overtimeHoursAMonth: 36,
  earlyMinutes: 15,
  breakMinutes: 30,
  hoursApproved: false,
  trainingFrom: null,
  seniorNights: 24,
  pairNights: 4,
}

/** Somebody of these posts who is there all month, trained, and has never stood a night. */
export const person = (id: number, posts: readonly Post[], more: Partial<PersonFacts> = {}): PersonFacts => ({
  id: String(id) as StaffId,
  name: `人${id}`,
  rank: posts.includes('manager') ? 'supervisor' : 'staff',
  departmentId: String(id % 4),
  posts,
  trainedUntil: '2027-12-31',
  leave: [],
  notAtNight: [],
  wishes: [],
  mostNights: null,
  history: { nights: 0, weekends: 0, holidays: 0, managerTurns: 0 },
  availableAllMonth: true,
  ...more,
})

/** Enough for a small night: 1 to 6 lead, 11 to 15 are technicians, 21 to 26 customer service, 31 to 34 guards. */
export const crew = (): PersonFacts[] => [
  ...Array.from({ length: 6 }, (_, n) => person(1 + n, ['manager'])),
  ...Array.from({ length: 5 }, (_, n) => person(11 + n, ['technician'])),
  ...Array.from({ length: 6 }, (_, n) => person(21 + n, ['service'])),
  ...Array.from({ length: 4 }, (_, n) => person(31 + n, ['guard'])),
]

type Heads = Readonly<Record<Post, number>>
const SMALL: Heads = { manager: 1, technician: 1, service: 2, guard: 1 }

/** December 2026, 22:00 to 06:00, with one technician, two agents and one guard a night. */
export const monthOf = (
  people: readonly PersonFacts[],
  { heads = SMALL, ...more }: Partial<MonthFacts> & { heads?: Heads } = {},
): MonthFacts => ({
  month: '2026-12',
  zone: ZONE,
  nights: datesOf('2026-12').map((night) => ({
    night,
    window: windowOf(night, '22:00', '06:00', ZONE),
    heads,
    weekend: weekdayOf(night) > 5,
    holiday: false,
    gapReasons: {},
  })),
  people,
  standing: [],
  fixed: [],
  met: [],
  groupHasHead: true,
  headless: [],
  over: [],
  limits: LIMITS,
  ...more,
})

/** A night of December 2026. */
export const nightOf = (day: number): string => `2026-12-${String(day).padStart(2, '0')}`

/** `cell(3, 21)`: person 21 on the service post in the night of the third. */
export const cell = (day: number, id: number, post: Post = 'service', more: Partial<Cell> = {}): Cell => ({
  night: nightOf(day),
  post,
  staffId: String(id) as StaffId,
  backup: false,
  locked: false,
  ...more,
})

/** By hand, with nobody who answers for a broken rule. */
export const UNSIGNED: Signed = { zone: ZONE, reason: '', leaderId: null }
