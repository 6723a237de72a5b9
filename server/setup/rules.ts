import { type Refusal, refusal } from '../kernel/refusal.ts'

/** A row of a form that is filled in as far as people care to: an empty one is no row. */
export type DepartmentRow = { readonly zh: string; readonly en: string }

/** What was typed into the rows, without those left empty; where one language is missing the other stands in. */
export const departmentsIn = (rows: readonly DepartmentRow[]): { at: number; zh: string; en: string }[] =>
  rows
    .map(({ zh, en }, at) => ({ at, zh: zh.trim() || en.trim(), en: en.trim() || zh.trim() }))
    .filter(({ zh }) => zh !== '')

export function whyNotDepartments(
  rows: readonly { at: number; zh: string; en: string }[],
  own: number,
): Refusal | null {
  if (rows.length === 0) return refusal('setup.no_department', {}, 'departments')
  const names = rows.flatMap(({ zh, en }) => (zh === en ? [zh] : [zh, en])).map((name) => name.toLowerCase())
  if (new Set(names).size < names.length) return refusal('setup.department_twice', {}, 'departments')
  return rows.some(({ at }) => at === own) ? null : refusal('setup.own_department', {}, 'own')
}
