import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'

type Promised = { readonly language: Language; readonly promisedAt: Date }

/** One line: who calls, and by when. */
export const sentenceOf = ({ language, promisedAt }: Promised, company: Bilingual, zone: string): string =>
  wordsOf(language)('calls.text_promised', { company: company[language], at: clockTime(promisedAt, zone) })
