import type { DepartmentId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { LANGUAGES } from '../../kernel/language.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { isEmail, isPhone, LEAST_RANK_OF_HEAD } from '../people/rules.ts'
import { isAtLeast } from '../rules.ts'
import type { Candidate, DepartmentFacts } from './tables.ts'

type Other = { readonly id: DepartmentId; readonly name: Bilingual }

/** `id` is null for a new one. The head belongs to it and is 主管 or above; whoever is called at night works here. */
export function whyNotDepartment(
  { id, ...facts }: DepartmentFacts & { readonly id: DepartmentId | null },
  { others, head, contact }: { others: readonly Other[]; head: Candidate | undefined; contact: Candidate | undefined },
): Refusal | null {
  const { nightPhone, email } = facts
  for (const other of others)
    for (const language of LANGUAGES)
      if (other.id !== id && sameName(other.name[language], facts.name[language]))
        return refusal('accounts.department_there', {}, language === 'en' ? 'nameEn' : 'name')
  if (nightPhone && !isPhone(nightPhone)) return refusal('accounts.phone_unclear', {}, 'nightPhone')
  if (email && !isEmail(email)) return refusal('accounts.email_unclear', {}, 'email')
  return whyNotHead(facts, id, head) ?? whyNotContact(facts, contact)
}

function whyNotHead({ headId }: DepartmentFacts, id: DepartmentId | null, head: Candidate | undefined): Refusal | null {
  if (!headId) return null
  if (!head?.active || head.departmentId !== id) return refusal('accounts.head_elsewhere', {}, 'head')
  return isAtLeast(head.rank, LEAST_RANK_OF_HEAD) ? null : refusal('accounts.head_rank', {}, 'head')
}

const whyNotContact = ({ nightContactId }: DepartmentFacts, contact: Candidate | undefined): Refusal | null =>
  nightContactId && !contact?.active ? refusal('accounts.contact_gone', {}, 'contact') : null

/** People are told apart by where they are: a department with anybody in it, or with anybody's past, stays. */
export const whyNotRemove = (members: number): Refusal | null =>
  members > 0 ? refusal('accounts.department_has_people', { count: members }) : null

/** The order after one moved up or down by a place; the same where it stands at that end. */
export function moved<T>(order: readonly T[], one: T, to: 'up' | 'down'): T[] {
  const from = order.indexOf(one)
  const at = to === 'up' ? from - 1 : from + 1
  if (from < 0 || at < 0 || at >= order.length) return [...order]
  const rest = order.filter((_, n) => n !== from)
  return [...rest.slice(0, at), one, ...rest.slice(at)]
}

export const sameName = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()
