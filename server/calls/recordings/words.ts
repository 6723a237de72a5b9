import { wordsOf } from '../../i18n/dictionaries.ts'
import type { Language } from '../../kernel/language.ts'

/** What stands where a caller without a number would have a name, and what they "said". */
export const voicemailWords = (language: Language) => {
  const t = wordsOf(language)
  return { name: t('calls.anonymous_caller'), question: t('calls.voicemail_left') }
}
