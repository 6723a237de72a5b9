import type { CategoryId } from '../../kernel/ids.ts'
import { type Bilingual, LANGUAGES } from '../../kernel/language.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

/** A topic as those who arrange them see it. */
export type Topic = {
  readonly id: CategoryId
  readonly parentId: CategoryId | null
  readonly name: Bilingual
  readonly skill: string | null
  readonly position: number
  readonly active: boolean
}
/** What a form says of one. */
export type TopicForm = {
  readonly zh: string
  readonly en: string
  readonly skill: string
  readonly above: CategoryId | null
}
export type TopicFacts = Pick<Topic, 'parentId' | 'name' | 'skill'>

const NAME_LETTERS = 40
const SKILL_LETTERS = 40

/** The facts that were meant for one topic among the others, or why not; `id` is null for a new one. */
export function readTopic(typed: TopicForm, id: CategoryId | null, all: readonly Topic[]): TopicFacts | Refusal {
  const name: Bilingual = { 'zh-CN': typed.zh.trim(), en: typed.en.trim() }
  const why = whyNotNamed(name) ?? whyNotUnder(typed.above, id, all)
  if (why) return why
  const twin = siblings(all, typed.above).find(
    (other) => other.id !== id && LANGUAGES.some((language) => sameWords(other.name[language], name[language])),
  )
  if (twin) return refusal('settings.category_twice', {}, sameWords(twin.name['zh-CN'], name['zh-CN']) ? 'zh' : 'en')
  const skill = typed.skill.trim().toLowerCase()
  if (Array.from(skill).length > SKILL_LETTERS || /[,，、;；|/\p{Cc}]/u.test(skill))
    return refusal('settings.not_a_skill', { letters: SKILL_LETTERS }, 'skill')
  return { name, parentId: typed.above, skill: skill || null }
}

function whyNotNamed(name: Bilingual): Refusal | null {
  for (const [language, field] of [
    ['zh-CN', 'zh'],
    ['en', 'en'],
  ] as const) {
    const letters = Array.from(name[language]).length
    if (letters === 0) return refusal('settings.both_languages', {}, field)
    if (letters > NAME_LETTERS) return refusal('settings.too_long', { letters: NAME_LETTERS, count: letters }, field)
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name[language])) return refusal('settings.one_line', {}, field)
  }
  return null
}

/** Two levels: a topic, and what it is more exactly. */
function whyNotUnder(above: CategoryId | null, id: CategoryId | null, all: readonly Topic[]): Refusal | null {
  if (above === null) return null
  if (above === id) return refusal('settings.category_itself', {}, 'above')
  const parent = all.find((one) => one.id === above)
  if (!parent || parent.parentId !== null) return refusal('settings.category_too_deep', {}, 'above')
  return id !== null && siblings(all, id).length > 0 ? refusal('settings.category_too_deep', {}, 'above') : null
}

/** Those under the same parent, in their order. */
export const siblings = (all: readonly Topic[], parentId: CategoryId | null): Topic[] =>
  all
    .filter((one) => one.parentId === parentId)
    .toSorted((a, b) => a.position - b.position || Number(a.id) - Number(b.id))

/** The ids of its siblings in the order after one step; null where it stands at that end already. */
export function stepped(all: readonly Topic[], topic: Topic, by: -1 | 1): CategoryId[] | null {
  const ids = siblings(all, topic.parentId).map(({ id }) => id)
  const at = ids.indexOf(topic.id)
  const other = ids[at + by]
  if (!other) return null
  return ids.map((id) => (id === topic.id ? other : id === other ? topic.id : id))
}

const sameWords = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()
