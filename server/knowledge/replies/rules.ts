import type { CategoryId, StaffId } from '../../kernel/ids.ts'
import { type Bilingual, LANGUAGES, type Language } from '../../kernel/language.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { OPENINGS } from '../rules.ts'

/** REGULATION rows 35 and 60: how one greets, takes leave and leads politely back to the steps is kept beside the other replies. */
export const CANNED_KINDS = ['reply', 'greeting', 'closing', 'redirect'] as const
export type CannedKind = (typeof CANNED_KINDS)[number]
export const SHORTCUT_LETTERS = 30
export const TITLE_LETTERS = 60
export const BODY_LETTERS = 2000

export type Canned = {
  readonly shortcut: string
  readonly kind: CannedKind
  readonly title: Bilingual
  readonly body: Bilingual
  readonly categoryId: CategoryId | null
  /** Whose own it is; null for one of the team. */
  readonly ownerId: StaffId | null
}

const SHORTCUT = /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u
const OPENING = /\{\{\s*([^{}]*?)\s*\}\}/g
/** Names of the form's fields. */
const FIELD = { 'zh-CN': { title: 'titleZh', body: 'bodyZh' }, en: { title: 'titleEn', body: 'bodyEn' } } as const

/** One language is enough; half of one is not. What is left open must be something that can be filled in. */
export function whyNotKeep({ shortcut, title, body }: Pick<Canned, 'shortcut' | 'title' | 'body'>): Refusal | null {
  if (!SHORTCUT.test(shortcut)) return refusal('knowledge.shortcut_bad', {}, 'shortcut')
  for (const language of LANGUAGES) {
    if (body[language].trim() && !title[language].trim())
      return refusal('knowledge.title_missing', {}, FIELD[language].title)
    if (title[language].trim() && !body[language].trim())
      return refusal('knowledge.body_missing', {}, FIELD[language].body)
    const unknown = openingsIn(body[language]).find((name) => !OPENINGS.some((one) => one === name))
    if (unknown !== undefined)
      return refusal('knowledge.opening_unknown', { name: `{{${unknown}}}` }, FIELD[language].body)
  }
  return LANGUAGES.some((one) => title[one].trim()) ? null : refusal('knowledge.title_missing', {}, 'titleZh')
}

const openingsIn = (body: string): string[] => [...body.matchAll(OPENING)].map(([, name = '']) => name)

/** One's own always; what is the team's only with the right to edit. */
export const mayChange = (
  reply: Pick<Canned, 'ownerId'>,
  { staffId, edits }: { staffId: StaffId; edits: boolean },
): boolean => (reply.ownerId ? reply.ownerId === staffId : edits)

/**
 * As they are offered in one conversation, its words in the customer's language: a greeting first until somebody has
 * spoken, else what fits its topic, then what fits any, then the rest; among equals one's own first. What has no words in
 * that language is left out; of two with one shortcut one's own stands.
 */
export function offered<Reply extends Canned>(
  replies: readonly Reply[],
  of: { readonly language: Language; readonly topics: readonly CategoryId[]; readonly spoken: boolean },
): Reply[] {
  const rank = ({ kind, categoryId }: Reply): number => {
    if (kind === 'greeting') return of.spoken ? 4 : 0
    if (kind === 'closing' || kind === 'redirect') return 3
    return categoryId === null ? 2 : of.topics.includes(categoryId) ? 1 : 5
  }
  const spoken = replies.filter(({ body }) => body[of.language].trim())
  const own = new Set(spoken.filter(({ ownerId }) => ownerId).map(({ shortcut }) => shortcut.toLowerCase()))
  return spoken
    .filter(({ ownerId, shortcut }) => ownerId || !own.has(shortcut.toLowerCase()))
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        Number(a.ownerId === null) - Number(b.ownerId === null) ||
        (a.shortcut < b.shortcut ? -1 : 1),
    )
}
