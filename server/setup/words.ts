import { branchOf } from '../i18n/dictionaries.ts'
import type { Bilingual } from '../kernel/language.ts'

/** What a company starts with until it says otherwise; stored in both languages, so it is taken from both dictionaries. */
type First = {
  readonly departments: Readonly<Record<string, string>>
  readonly topics: Readonly<Record<string, string>>
  readonly terms: readonly string[]
}
const zh = branchOf('zh-CN', 'setup.first') as First
const en = branchOf('en', 'setup.first') as First
const both = (part: 'departments' | 'topics', code: string): Bilingual => ({
  'zh-CN': zh[part][code] ?? '',
  en: en[part][code] ?? '',
})

/** Named beforehand in the form; every one may be changed or left out. */
export const DEPARTMENTS: readonly Bilingual[] = Object.keys(zh.departments).map((code) => both('departments', code))
export const firstTopics = Object.keys(zh.topics).map((code) => ({ code, name: both('topics', code) }))
export const firstTerms: Bilingual = { 'zh-CN': zh.terms.join('\n'), en: en.terms.join('\n') }
