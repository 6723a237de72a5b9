import type { PersonField } from '../../events/accounts.ts'
import type { Post, Rank, StandingRole } from '../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { isAtLeast } from '../rules.ts'

export type PersonState = 'here' | 'invited' | 'gone'

/** What a form or a line of a list says about a person. */
export type Facts = {
  readonly number: string
  readonly login: string
  readonly name: string
  readonly nameEn: string
  readonly departmentId: DepartmentId
  readonly rank: Rank
  readonly roles: readonly StandingRole[]
  readonly posts: readonly Post[]
  readonly skills: readonly string[]
  readonly languages: readonly Language[]
  readonly phone: string | null
  readonly email: string | null
}
const FIELDS: Readonly<Record<keyof Facts, PersonField>> = {
  number: 'number',
  login: 'login',
  name: 'name',
  nameEn: 'nameEn',
  departmentId: 'department',
  rank: 'rank',
  roles: 'roles',
  posts: 'posts',
  skills: 'skills',
  languages: 'languages',
  phone: 'phone',
  email: 'email',
}

/** REGULATION row 37 and 8: who heads a department belongs to it and is 主管 or above. */
export const LEAST_RANK_OF_HEAD: Rank = 'supervisor'
export const MOST_SKILLS = 20
export const SKILL_LETTERS = 40

export const isNumber = (text: string): boolean => /^[\p{L}\p{N}._-]{1,20}$/u.test(text)
export const isLogin = (text: string): boolean => /^[\p{Ll}\p{Lo}\p{N}._@+-]{2,60}$/u.test(text)
export const isEmail = (text: string): boolean =>
  text.length <= 120 && /^[^\s@<>()",;:]+@[^\s@<>()",;:]+\.[^\s@<>()",;:.]+$/.test(text)
export const isPhone = (text: string): boolean =>
  /^\+?[\d\s()/-]{5,30}$/.test(text) && text.replaceAll(/\D/g, '').length >= 5

/** Skills as people write them, parted by any kind of comma. */
export const skillsIn = (text: string): string[] => [...new Set(partsOf(text).map((one) => one.toLowerCase()))]
export const partsOf = (text: string): string[] =>
  text
    .split(/[,，、;；|/]/)
    .map((one) => one.trim())
    .filter(Boolean)

/** What is wrong with what was typed, whoever it is about. */
export function whyNotFacts(facts: Facts): Refusal | null {
  if (facts.name.trim() === '') return refusal('accounts.name_missing', {}, 'name')
  if (!isNumber(facts.number)) return refusal('accounts.number_unclear', {}, 'number')
  if (!isLogin(facts.login)) return refusal('accounts.login_unclear', {}, 'login')
  if (facts.phone && !isPhone(facts.phone)) return refusal('accounts.phone_unclear', {}, 'phone')
  if (facts.email && !isEmail(facts.email)) return refusal('accounts.email_unclear', {}, 'email')
  if (facts.skills.length > MOST_SKILLS || facts.skills.some((one) => Array.from(one).length > SKILL_LETTERS))
    return refusal('accounts.skills_too_many', { count: MOST_SKILLS, letters: SKILL_LETTERS }, 'skills')
  if (facts.languages.length === 0) return refusal('accounts.language_missing', {}, 'languages')
  return null
}

export const changedFields = (before: Facts, after: Facts): PersonField[] =>
  (Object.keys(FIELDS) as (keyof Facts)[])
    .filter((field) => !equal(before[field], after[field]))
    .map((field) => FIELDS[field])

const equal = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((one) => b.includes(one)) : a === b

type Known = Facts & { readonly id: StaffId; readonly active: boolean }
export type House = {
  /** Who does it; null for a program. */
  readonly editor: StaffId | null
  /** Everybody who administers the house now. */
  readonly administrators: readonly StaffId[]
  /** The department that the person heads. */
  readonly heads: DepartmentId | null
}

/** Nobody gives themselves a right or takes one away unseen: a second person does, unless there is none. */
export function whyNotChange(before: Known, after: Facts, house: House): Refusal | null {
  return whyNotFacts(after) ?? whyNotRoles(before, after.roles, house) ?? whyNotLeaveHead(before, after, house)
}

function whyNotRoles(before: Known, roles: readonly StandingRole[], { editor, administrators }: House): Refusal | null {
  if (equal(before.roles, roles)) return null
  if (isLast(before, administrators) && !roles.includes('administrator'))
    return refusal('accounts.last_administrator', {}, 'roles')
  if (before.id === editor && administrators.some((id) => id !== editor))
    return refusal('accounts.own_roles', {}, 'roles')
  return null
}

function whyNotLeaveHead(before: Known, after: Facts, { heads }: House): Refusal | null {
  if (!heads) return null
  if (after.departmentId !== heads && before.departmentId === heads)
    return refusal('accounts.heads_department', {}, 'department')
  return isAtLeast(after.rank, LEAST_RANK_OF_HEAD) ? null : refusal('accounts.heads_department', {}, 'rank')
}

/** `ahead` are shifts to come; whoever deactivates says in so many words that they become gaps. */
export function whyNotDeactivate(
  person: Known,
  { editor, administrators }: Pick<House, 'editor' | 'administrators'>,
  { ahead, confirmed }: { ahead: number; confirmed: boolean },
): Refusal | null {
  if (isLast(person, administrators)) return refusal('accounts.last_administrator')
  if (person.id === editor) return refusal('accounts.not_oneself')
  return ahead > 0 && !confirmed ? refusal('accounts.shifts_ahead', { count: ahead }) : null
}

const isLast = ({ id }: Known, administrators: readonly StaffId[]): boolean =>
  administrators.length === 1 && administrators[0] === id
