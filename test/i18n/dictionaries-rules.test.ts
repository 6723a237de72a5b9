import i18next from 'i18next'
import { expect, test } from 'vitest'
import { branchOf, wordsOf } from '../../server/i18n/dictionaries.ts'
import { LANGUAGES, type Language } from '../../server/kernel/language.ts'

const FEATURES = [
  'common',
  'desk',
  'refusals',
  'settings',
  'notices',
  'letters',
  'escalations',
  'brief',
  'conversation',
]

test.each(LANGUAGES)(
  'every sentence in %s is the one that the library chooses, with its plural and its values',
  async (language) => {
    const library = i18next.createInstance()
    const translation = Object.fromEntries(FEATURES.map((feature) => [feature, branchOf(language, feature)]))
    await library.init({
      fallbackLng: false,
      resources: { [language]: { translation } },
      interpolation: { escapeValue: false },
      showSupportNotice: false,
    } as Parameters<typeof library.init>[0])
    const theirs = library.getFixedT(language)
    const ours = wordsOf(language)
    for (const key of keysOf(language)) {
      const values = { n: 3, name: '周敏 {{n}}', time: '02:14', minutes: 15, hours: 2, limit: 5, place: 1 }
      for (const count of [0, 1, 2, 21]) {
        const given = { ...everyPlace(theirs(key, { skipInterpolation: true, count })), ...values, count }
        expect(ours(key, given)).toBe(theirs(key, given))
        expect(ours(key, given)).toBe(theirs(key, given))
      }
    }
  },
)

test('a key that nobody wrote shows as itself, and a value that is missing as nothing', () => {
  expect(wordsOf('en')('common.never.written')).toBe('common.never.written')
  expect(wordsOf('en')('common.minutes', { count: 3 })).toContain('3')
})

/** Keys as templates ask for them, without the ending that says which plural. */
function keysOf(language: Language): string[] {
  const keys = new Set<string>()
  const walk = (branch: object, path: string): void => {
    for (const [name, value] of Object.entries(branch))
      if (typeof value === 'object') walk(value, `${path}.${name}`)
      else keys.add(`${path}.${name.replace(/_(zero|one|other)$/, '')}`)
  }
  for (const feature of FEATURES) walk(branchOf(language, feature), feature)
  return [...keys]
}

const everyPlace = (sentence: string): Record<string, string> =>
  Object.fromEntries([...sentence.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => [name ?? '', `<${name}>`]))
