import { type Bilingual, LANGUAGES, type Language } from '../../kernel/language.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

export type ArticleState = 'draft' | 'published' | 'withdrawn'
export const ARTICLE_STATES: readonly ArticleState[] = ['draft', 'published', 'withdrawn']
export const TITLE_LETTERS = 120
export const BODY_LETTERS = 8000

type Words = { readonly title: Bilingual; readonly body: Bilingual }

/** Names of the form's fields. */
const FIELD = { 'zh-CN': { title: 'titleZh', body: 'bodyZh' }, en: { title: 'titleEn', body: 'bodyEn' } } as const

/** One language is enough; half of one is not. */
export function whyNotSave({ title, body }: Words): Refusal | null {
  for (const language of LANGUAGES) {
    if (body[language].trim() && !title[language].trim())
      return refusal('knowledge.title_missing', {}, FIELD[language].title)
    if (title[language].trim() && !body[language].trim())
      return refusal('knowledge.body_missing', {}, FIELD[language].body)
  }
  return languagesOf({ title }).length > 0 ? null : refusal('knowledge.title_missing', {}, 'titleZh')
}

const languagesOf = ({ title }: { title: Bilingual }): Language[] => LANGUAGES.filter((one) => title[one].trim())

/** The reader's language, or the other one where an article has no words in it. */
export const languageOf = (article: { title: Bilingual }, reader: Language): Language =>
  languagesOf(article).includes(reader) ? reader : (languagesOf(article)[0] ?? reader)

type Span = { readonly text: string; readonly href: string | null }
export type Block = { readonly list: 'bulleted' | 'numbered' | null; readonly lines: readonly (readonly Span[])[] }

/**
 * What people write, as blocks that a template escapes: an empty line parts paragraphs, lines that begin with `-` or
 * `1.` are a list, `[words](address)` and bare addresses are links. HTML is only text.
 */
export function blocksOf(text: string): Block[] {
  const blocks: { list: Block['list']; lines: Span[][] }[] = []
  let open: (typeof blocks)[number] | undefined
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    const [, mark, item] = /^\s*([-*•]|\d{1,2}[.)、])\s*(\S.*)$/.exec(line) ?? []
    const listed = mark && item && (/\d/.test(mark) || /^\s*\S\s/.test(line)) ? item : undefined
    const list = listed === undefined ? null : /\d/.test(mark ?? '') ? 'numbered' : 'bulleted'
    if (!line.trim()) {
      open = undefined
      continue
    }
    if (open?.list !== list) {
      open = { list, lines: [] }
      blocks.push(open)
    }
    open.lines.push(spansOf(listed ?? line))
  }
  return blocks
}

const LINK =
  /\[([^\]\n]{1,200})\]\(((?:https?:\/\/|mailto:|tel:|\/(?!\/))[^\s()]{0,500})\)|https?:\/\/[^\s<>"'()，。；、！？]+[^\s<>"'()，。；、！？.,;:!?]/g

function spansOf(line: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const found of line.matchAll(LINK)) {
    if (found.index > at) spans.push({ text: line.slice(at, found.index), href: null })
    spans.push({ text: found[1] ?? found[0], href: found[2] ?? found[0] })
    at = found.index + found[0].length
  }
  if (at < line.length) spans.push({ text: line.slice(at), href: null })
  return spans
}

/** What is looked for: Latin words from their beginning, Chinese by every two characters that stand together. */
function termsOf(words: string): string[] {
  const plain = words.toLowerCase().normalize('NFKC')
  const latin = (plain.match(/[a-z0-9]{2,}/g) ?? []).filter((word) => !COMMON.has(word))
  const pairs = (plain.match(/\p{Script=Han}+/gu) ?? []).flatMap((run) => {
    const letters = Array.from(run)
    return letters.length === 1 ? letters : letters.slice(1).map((letter, at) => `${letters[at]}${letter}`)
  })
  return [...new Set([...latin, ...pairs])].slice(0, 60)
}
/** Words that any question has: they tell no article from another. */
const COMMON = new Set(
  `a about after again all also am an and any are as at be because been before but by came can cannot could did do does
  down for from get gets go got had has have he help her here him his how if in into is it its just keep like me more
  most much must my need never no not now of off on one only or other our out over please she should since so some still
  than that the their them then there these they thing this those to too under until up us very want was we were what
  when where which while who why will with would you your`.split(/\s+/),
)

/**
 * The best first; a title counts four times a body, and a word that few articles have more than one that many have. Those
 * that share no word are left out, and order breaks ties.
 */
export function ranked<A extends Words>(articles: readonly A[], words: string): A[] {
  const texts = articles.map((article) => ({ article, title: plainOf(article.title), body: plainOf(article.body) }))
  const terms = termsOf(words).map((term) => {
    const has = holds(term)
    const having = texts.filter(({ title, body }) => has(title) || has(body)).length
    return { has, weight: having === 0 ? 0 : EVERYWHERE + Math.log(texts.length / having) }
  })
  const scoreOf = ({ title, body }: { title: string; body: string }): number =>
    terms.reduce((sum, { has, weight }) => sum + weight * ((has(title) ? 4 : 0) + (has(body) ? 1 : 0)), 0)
  return texts
    .map((text) => ({ article: text.article, score: scoreOf(text) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ article }) => article)
}

/** `port` is found in "ports" and not in "support"; two Chinese characters are found anywhere. */
function holds(term: string): (text: string) => boolean {
  if (!/^[a-z0-9]+$/.test(term)) return (text) => text.includes(term)
  const start = new RegExp(`(?<![a-z0-9])${stemOf(term)}`)
  return (text) => start.test(text)
}

/** Without the endings that English words change: blinks, blinking and blinked begin alike. */
const stemOf = (word: string): string => (word.length > 4 ? word.replace(/(?:ing|ed|es|s|e)$/, '') : word)

/** Even a word that every article has tells them from those without any. */
const EVERYWHERE = 0.05

const plainOf = (text: Bilingual): string =>
  LANGUAGES.map((one) => text[one])
    .join('\n')
    .toLowerCase()
    .normalize('NFKC')

/** Readable end of an address: letters and digits of any script, with dashes. */
const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
export const faqPath = (id: string, title: string): string => `/faq/${id}-${encodeURIComponent(slugOf(title))}`
