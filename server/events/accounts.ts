import type { StandingRole } from '../kernel/capabilities.ts'
import type { DepartmentId, LinkId, MembershipId, SessionId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

export type SessionEnd =
  | 'signed_out'
  | 'expired'
  | 'ended_elsewhere'
  | 'password_changed'
  | 'roles_changed'
  | 'account_off'
export type LinkKind = 'invitation' | 'reset'
/** What of a person was changed; never to what. */
export type PersonField =
  | 'number'
  | 'login'
  | 'name'
  | 'nameEn'
  | 'department'
  | 'rank'
  | 'roles'
  | 'posts'
  | 'skills'
  | 'languages'
  | 'phone'
  | 'email'
type Membership = { membershipId: MembershipId; staffId: StaffId; chief: boolean }

export type AccountEvents = {
  'session.opened': { sessionId: SessionId; staffId: StaffId }
  'session.ended': { sessionId: SessionId; staffId: StaffId; why: SessionEnd }
  /** The first administrator of an empty house. */
  'company.founded': { staffId: StaffId }
  'person.added': { staffId: StaffId }
  'person.changed': { staffId: StaffId; fields: readonly PersonField[] }
  'person.roles_changed': { staffId: StaffId; before: readonly StandingRole[]; after: readonly StandingRole[] }
  'person.deactivated': { staffId: StaffId }
  'person.reactivated': { staffId: StaffId }
  'people.imported': { added: readonly StaffId[]; changed: readonly StaffId[] }
  'link.made': { linkId: LinkId; staffId: StaffId; kind: LinkKind; expiresAt: Instant }
  'link.used': { linkId: LinkId; staffId: StaffId; kind: LinkKind }
  'password.changed': { staffId: StaffId; how: 'own' | LinkKind }
  'department.added': { departmentId: DepartmentId }
  'department.changed': { departmentId: DepartmentId }
  'department.removed': { departmentId: DepartmentId }
  'departments.ordered': { departmentIds: readonly DepartmentId[] }
  'leader.appointed': Membership
  'leader.dated': Membership
  'leader.withdrawn': Membership
}
