import type { Capability, Post, Rank, StandingRole } from '../kernel/capabilities.ts'
import { RANKS } from '../kernel/capabilities.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { COMMON_PASSWORDS } from './common-passwords.ts'

/**
 * The one table of who may do what. A standing role holds off shift as well; a post holds only while its person is on
 * duty. Off duty everybody keeps their own matters (DESIGN 3, end of a shift).
 */
const EVERYONE: readonly Capability[] = [
  'attendance.own',
  'appraisal.own',
  'recognition.nominate',
  'record.own',
  'roster.read',
  'directory.read',
  'knowledge.read',
]

export const OF_POST: Readonly<Record<Post, readonly Capability[]>> = {
  service: [
    'desk.work',
    'ticket.read',
    'customer.reveal',
    'ticket.enter',
    'ticket.search',
    'call.work',
    'call.read',
    'escalation.read',
    'escalation.send',
  ],
  technician: ['board.read', 'escalation.read', 'escalation.handle'],
  guard: ['board.read'],
  manager: [
    'desk.work',
    'desk.lead',
    'ticket.read',
    'customer.read',
    'ticket.enter',
    'ticket.search',
    'call.work',
    'call.read',
    'board.read',
    'attendance.lead',
    'attendance.call_in',
    'attendance.decide',
    'attendance.places',
    'report.read',
    'alarm.settle',
    'escalation.read',
    'escalation.send',
    'escalation.lead',
    'incident.read',
    'incident.lead',
    'obligation.read',
    'obligation.excuse',
    'swap.emergency',
    'abuse.read',
    'abuse.lead',
    'abuse.decide',
    'knowledge.edit',
  ],
}

export const OF_ROLE: Readonly<Record<StandingRole, readonly Capability[]>> = {
  handler: ['escalation.read', 'escalation.handle'],
  head: ['confirmation.read', 'board.read', 'report.read', 'escalation.read', 'escalation.handle', 'roster.input'],
  hr: [
    'roster.edit',
    'attendance.read',
    'attendance.call_in',
    'attendance.excuse',
    'attendance.decide',
    'confirmation.read',
    'obligation.read',
    'obligation.excuse',
    'board.read',
    'leadership.read',
    'incident.read',
    'knowledge.edit',
    'reveal.read',
    'report.read',
    'satisfaction.read',
    'satisfaction.people',
    'rating.decide',
    'appraisal.review',
    'recognition.review',
    'record.ask',
  ],
  administration: [
    'record.ask',
    'attendance.places',
    'board.read',
    'report.read',
    'customer.reveal',
    'customer.erase',
    'reveal.read',
  ],
  leadership: [
    'board.read',
    'attendance.call_in',
    'ticket.read',
    'customer.reveal',
    'ticket.search',
    'call.read',
    'leadership.read',
    'incident.read',
    'obligation.read',
    'abuse.read',
    'abuse.decide',
    'report.read',
    'appraisal.sign',
    'recognition.decide',
    'record.decide',
    'satisfaction.read',
  ],
  administrator: [
    'settings.edit',
    'people.edit',
    'roster.edit',
    'confirmation.read',
    'board.read',
    'report.read',
    'leadership.read',
    'system.operate',
    'knowledge.edit',
  ],
}

/** Who has come before the start sees, and witnesses, who else comes: nothing else of the post is theirs yet (REGULATION row 25). */
const OF_EARLY: Readonly<Partial<Record<Post, readonly Capability[]>>> = {
  manager: ['attendance.lead', 'attendance.call_in'],
}

export function capabilitiesOf(
  roles: readonly StandingRole[],
  post: Post | null,
  early: Post | null = null,
): ReadonlySet<Capability> {
  const ofPost = post ? OF_POST[post] : ((early && OF_EARLY[early]) ?? [])
  return new Set([...EVERYONE, ...roles.flatMap((role) => OF_ROLE[role]), ...ofPost])
}

/** REGULATION row 8: the duty manager is 主管 or above. */
export const isAtLeast = (rank: Rank, least: Rank): boolean => RANKS.indexOf(rank) >= RANKS.indexOf(least)

/** A real hash that no password fits, so that an unknown name takes as long as a known one. */
export const UNKNOWN_PERSON_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Wm1pT2k5Q3Q0cVhNUWtqU2J3eXJ3cE5wU2h1U0dZ'

/** The one password of the demo company, shown on its sign-in page. */
export const DEMO_PASSWORD = 'nightdesk'

const LONGEST_WAIT_SECONDS = 60

/** After `free` failures each further one doubles the wait, up to a minute. */
export function secondsToWait(failures: number, last: Date | null, free: number, now: Date): number {
  if (failures < free || !last) return 0
  const wait = Math.min(LONGEST_WAIT_SECONDS, 2 ** (failures - free + 1))
  return Math.max(0, Math.ceil(wait - (now.getTime() - last.getTime()) / 1000))
}

export const SHORTEST_PASSWORD = 10
export const LONGEST_PASSWORD = 200
const FEWEST_LETTERS = 4

type Owner = { readonly login: string; readonly number: string; readonly name: string; readonly nameEn: string }

/** Length first: no rule about kinds of letters, which only makes people write `Password1!`. */
export function whyNotPassword(password: string, owner: Owner): Refusal | null {
  const letters = Array.from(password)
  if (letters.length < SHORTEST_PASSWORD)
    return refusal('accounts.password_short', { count: SHORTEST_PASSWORD }, 'password')
  if (letters.length > LONGEST_PASSWORD)
    return refusal('accounts.password_long', { count: LONGEST_PASSWORD }, 'password')
  if (isAboutOwner(password, owner)) return refusal('accounts.password_is_name', {}, 'password')
  if (new Set(letters).size < FEWEST_LETTERS || COMMON_PASSWORDS.has(password.toLowerCase()))
    return refusal('accounts.password_common', {}, 'password')
  return null
}

/** The name or the number, also written twice, with other spaces, or with digits and marks around it. */
function isAboutOwner(password: string, { login, number, name, nameEn }: Owner): boolean {
  const core = plain(password)
  return [login, number, name, nameEn].map(plain).some((own) => {
    if (own.length < 2) return false
    return core.replaceAll(own, '').replaceAll(/[\d\p{P}\p{S}]/gu, '') === '' && core.includes(own)
  })
}
const plain = (text: string): string => text.toLowerCase().replaceAll(/\s/g, '')

/**
 * REGULATION row 57: whoever works in rotation sees nothing of customers while off their post. What of theirs their posts
 * would let them see and do there; nothing while they are on one.
 */
export const offPostOf = (posts: readonly Post[], onPost: boolean): ReadonlySet<Capability> =>
  new Set(onPost ? [] : posts.flatMap((post) => OF_POST[post]).filter((one) => one !== 'knowledge.edit'))
