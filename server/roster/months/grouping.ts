import type { Words } from '../../i18n/dictionaries.ts'
import { dateName } from '../../i18n/instants.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Finding } from '../facts.ts'
import { wordsOfFinding } from './words.ts'

/** So many of one kind stand one by one; more are one line that opens. */
const ONE_BY_ONE = 3

type Said = { readonly words: string; readonly date: string; readonly name: string | null }
export type FindingGroup = {
  readonly key: string
  readonly weight: Finding['weight']
  readonly post: Finding['post']
  readonly count: number
  readonly several: boolean
  /** What is wrong, where all of them say the same; else the first, and each says its own. */
  readonly words: string
  readonly alike: boolean
  /** `1–3, 7, 9–10`: the nights of the month. */
  readonly nights: string
  readonly each: readonly Said[]
}
type Reader = { readonly t: Words; readonly language: Language; readonly names: ReadonlyMap<StaffId, string> }

/** What is wrong with a plan, like with like, the worst first: two hundred lines of one kind hide the one that matters. */
export function groupFindings(findings: readonly Finding[], { t, language, names }: Reader): FindingGroup[] {
  const said = (one: Finding): Said => ({
    words: wordsOfFinding(t, one),
    date: one.night ? dateName(one.night, language) : '',
    name: one.staffId ? (names.get(one.staffId) ?? null) : null,
  })
  const groups = Map.groupBy(findings, ({ weight, code, post }) => `${weight} ${code} ${post ?? ''}`)
  return [...groups].flatMap(([key, all]) => {
    const group = (some: readonly Finding[], id: string): FindingGroup => {
      const each = some.map(said)
      const [first] = some
      return {
        key: id.replaceAll(' ', '-'),
        weight: first?.weight ?? 'soft',
        post: first?.post ?? null,
        count: some.length,
        several: some.length > 1,
        words: each[0]?.words ?? '',
        alike: each.every(({ words }) => words === each[0]?.words),
        nights: stretches(some.map(({ night }) => Number(night?.slice(8) ?? 0))),
        each,
      }
    }
    return all.length > ONE_BY_ONE ? [group(all, key)] : all.map((one, n) => group([one], `${key} ${n}`))
  })
}

/** Days as people write them: what follows one another is a stretch. */
export function stretches(days: readonly number[]): string {
  const sorted = [...new Set(days.filter((day) => day > 0))].toSorted((a, b) => a - b)
  const parts: { from: number; to: number }[] = []
  for (const day of sorted) {
    const last = parts.at(-1)
    if (last && day === last.to + 1) last.to = day
    else parts.push({ from: day, to: day })
  }
  return parts.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
}
