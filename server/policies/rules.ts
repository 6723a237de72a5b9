import { type Bilingual, LANGUAGES } from '../kernel/language.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'

/** Longer than any terms that somebody reads at night. */
export const TERMS_LETTERS = 20_000

/** Both languages as they are kept, one paragraph a line; or why not, under the field `zh` or `en`. */
export function readTerms(typed: { readonly zh: string; readonly en: string }): Bilingual | Refusal {
  const body: Bilingual = { 'zh-CN': tidy(typed.zh), en: tidy(typed.en) }
  for (const language of LANGUAGES) {
    const field = language === 'en' ? 'en' : 'zh'
    const letters = Array.from(body[language]).length
    if (letters === 0) return refusal('settings.both_languages', {}, field)
    if (letters > TERMS_LETTERS) return refusal('settings.too_long', { letters: TERMS_LETTERS, count: letters }, field)
  }
  return body
}

export const sameTerms = (a: Bilingual, b: Bilingual): boolean =>
  LANGUAGES.every((language) => tidy(a[language]) === tidy(b[language]))

// Browsers send line ends of two letters.
const tidy = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
