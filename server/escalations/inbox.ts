import type { DepartmentId, StaffId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import { DAY, plus } from '../kernel/time.ts'
import type { Reader } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { SignedIn } from '../web/env.ts'
import { departmentOfStaff } from './queries.ts'
import { byDue, type Due, dueOf } from './rules.ts'
import { type EscalationView, listAll, listFollowedBy, listOfDepartment, listOfPost } from './views/queries.ts'

/** Whose requests a person looks at: those of their department, of their post, all of the night, or what they follow up. */
export type Scope =
  | { kind: 'department'; departmentId: DepartmentId; name: Bilingual }
  | { kind: 'post'; post: 'technician' }
  | { kind: 'all' }
  | { kind: 'mine' }

/** What this person may look at, the nearest first. */
export async function scopesOf(db: Reader, me: SignedIn): Promise<Scope[]> {
  const scopes: Scope[] = []
  if (me.duty?.post === 'technician') scopes.push({ kind: 'post', post: 'technician' })
  // A technician's right comes from the post; a handler's stays off shift as well.
  if (me.capabilities.has('escalation.handle') && !scopes.length) {
    const departmentId = await departmentOfStaff(db, me.staffId)
    if (departmentId) scopes.push({ kind: 'department', departmentId, name: me.department })
  }
  if (me.capabilities.has('escalation.lead')) scopes.push({ kind: 'all' })
  if (me.capabilities.has('escalation.send')) scopes.push({ kind: 'mine' })
  return scopes
}

const ENDED_DAYS = 2

export type Row = EscalationView & { due: Due | null }

export async function rowsIn(db: Reader, scope: Scope, staffId: StaffId, now: Date): Promise<Row[]> {
  const { escalationHandoverMinutes } = await currentSettings(db)
  const requests = await requestsIn(db, scope, staffId, now)
  return byDue(requests.map((one) => ({ ...one, due: dueOf(one, now, escalationHandoverMinutes) })))
}

async function requestsIn(db: Reader, scope: Scope, staffId: StaffId, now: Date): Promise<EscalationView[]> {
  const since = plus(now, -ENDED_DAYS * DAY)
  switch (scope.kind) {
    case 'department': {
      const { open, ended } = await listOfDepartment(db, scope.departmentId, since)
      return [...open, ...ended]
    }
    case 'post':
      return listOfPost(db, scope.post)
    case 'all':
      return listAll(db, since)
    case 'mine':
      return listFollowedBy(db, staffId, since)
  }
}

export const TABS = ['yours', 'new', 'accepted', 'waiting', 'overdue', 'ended'] as const
export type Tab = (typeof TABS)[number]

/** Which of them want a hand of whoever looks: what was asked waits for those asked, an answer or a question for who sent it. */
export const litTab = (scope: Scope): Tab => (scope.kind === 'mine' ? 'yours' : 'new')

/** Where a request stands for whoever looks at it. What is late is late, whatever else it is. */
export function tabOf(
  one: Pick<Row, 'state' | 'promisedAt' | 'step' | 'due'>,
  scope: Pick<Scope, 'kind'>,
  now: Date,
): Tab {
  const mine = scope.kind === 'mine'
  const promised = one.promisedAt !== null && one.promisedAt < now
  switch (one.state) {
    case 'decided':
      return one.due?.tone === 'bad' ? 'overdue' : mine ? 'yours' : 'new'
    case 'sent':
      return one.step > 0 || promised ? 'overdue' : 'new'
    case 'accepted':
      return promised ? 'overdue' : 'accepted'
    case 'asked_back':
    case 'answered':
      return mine ? 'yours' : 'waiting'
    case 'told':
    case 'closed':
    case 'returned':
    case 'withdrawn':
      return 'ended'
  }
}
