import fs from 'node:fs'
import path from 'node:path'
import i18next, { type TFunction } from 'i18next'
import { LANGUAGES, type Language } from '../kernel/language.ts'

/** Dictionaries live beside the templates: views/<feature>/{en,zh-CN}.json, under the feature's name. */
const VIEWS = path.join(import.meta.dirname, '../../views')
export type Words = TFunction

const read = (language: Language): Record<string, object> =>
  Object.fromEntries(
    fs
      .globSync(`*/${language}.json`, { cwd: VIEWS })
      .map((file) => [path.dirname(file), JSON.parse(fs.readFileSync(path.join(VIEWS, file), 'utf8'))]),
  )

/** More than the dictionaries have: keys made of what people typed do not pile up. */
const MOST_KNOWN = 10_000

const i18n = i18next.createInstance()
await i18n.init({
  fallbackLng: false,
  resources: Object.fromEntries(LANGUAGES.map((language) => [language, { translation: read(language) }])),
  // Handlebars escapes the result.
  interpolation: { escapeValue: false },
  returnNull: false,
})

const words = new Map(LANGUAGES.map((language) => [language, remembering(language)]))

/** The words of a language: `wordsOf('en')('desk.offer.take')`. A missing key shows as itself; a test finds those. */
export const wordsOf = (language: Language): Words => words.get(language) ?? i18n.getFixedT('zh-CN')

type Values = Readonly<Record<string, unknown>>

/**
 * i18next chooses the sentence, for a plural and a context as well; which one it chose is remembered, and the values are
 * put in here: one page has hundreds of sentences, and the library takes its time for each.
 */
function remembering(language: Language): Words {
  const ask = i18n.getFixedT(language)
  const plurals = new Intl.PluralRules(language)
  const known = new Map<string, string>()
  const chosen = (form: string, key: string, values?: Values): string => {
    const before = known.get(form)
    if (before !== undefined) return before
    const sentence: string = ask(key, { ...values, skipInterpolation: true })
    if (known.size < MOST_KNOWN) known.set(form, sentence)
    return sentence
  }
  return ((key: string, values: Values = {}) => {
    const { count, context } = values
    if (count === undefined && context === undefined) return filled(chosen(key, key), values)
    const plural = typeof count === 'number' ? (count === 0 ? 'zero' : plurals.select(count)) : ''
    return filled(chosen(`${key}|${plural}|${context ?? ''}`, key, { count, context }), values)
  }) as unknown as Words
}

const PLACE = /\{\{\s*(\w+)\s*\}\}/g
const filled = (sentence: string, values: Values): string =>
  sentence.includes('{{') ? sentence.replace(PLACE, (_, name: string) => String(values[name] ?? '')) : sentence

/** A whole branch of a dictionary, for a script on a page. */
export const branchOf = (language: Language, key: string): object =>
  (i18n.getResource(language, 'translation', key) as object | undefined) ?? {}
