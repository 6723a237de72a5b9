import { expect, test } from 'vitest'
import { wordsOf } from '../../server/i18n/dictionaries.ts'
import { LANGUAGES } from '../../server/kernel/language.ts'
import { OBLIGATION_KINDS } from '../../server/kernel/obligations.ts'

test('every kind of obligation has its words in both languages', () => {
  for (const kind of OBLIGATION_KINDS)
    for (const language of LANGUAGES) {
      const t = wordsOf(language)
      expect(t(`obligations.kind.${kind}`, { id: 1 })).not.toContain('obligations.kind')
      expect(t(`obligations.name.${kind}`)).not.toContain('obligations.name')
    }
})
