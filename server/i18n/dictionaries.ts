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

const i18n = i18next.createInstance()
await i18n.init({
  fallbackLng: false,
  resources: Object.fromEntries(LANGUAGES.map((language) => [language, { translation: read(language) }])),
  // Handlebars escapes the result.
  interpolation: { escapeValue: false },
  returnNull: false,
})

const words = new Map(LANGUAGES.map((language) => [language, i18n.getFixedT(language)]))

/** The words of a language: `wordsOf('en')('desk.offer.take')`. A missing key shows as itself; a test finds those. */
export const wordsOf = (language: Language): Words => words.get(language) ?? i18n.getFixedT('zh-CN')

/** A whole branch of a dictionary, for a script on a page. */
export const branchOf = (language: Language, key: string): object =>
  (i18n.getResource(language, 'translation', key) as object | undefined) ?? {}
