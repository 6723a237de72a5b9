import type { NoticeKind } from '../../events/notifications.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import type { Language } from '../../kernel/language.ts'

type What = { readonly kind: NoticeKind; readonly ref: string; readonly count: number; readonly part?: string }

/** Kinds whose sentence says how many; of the roster only that shifts have changed. */
const isCounted = (kind: NoticeKind, ref: string): boolean =>
  kind === 'alarm' || kind === 'away' || (kind === 'roster' && ref.startsWith('shifts:'))

/** One sentence about a notice, without a word of any customer: for pushes, robots, SMS and the subject of a letter. */
export function sentenceOf({ kind, ref, count, part = 'own' }: What, language: Language): string {
  const t = wordsOf(language)
  // Chinese has one plural form for every number, but one is not said as a number.
  const one = count === 1 && isCounted(kind, ref) ? '_one' : ''
  const sentence = t(`${keyOf(kind, ref)}${one}`, { count })
  return part === 'up' ? t('notices.nobody_read', { sentence }) : sentence
}

/** `notices.say.alarm.job_failed`, `notices.say.request`: kinds that differ by what they are about say so. */
export function keyOf(kind: NoticeKind, ref: string): string {
  const [what, which] = ref.split(':')
  if (kind === 'alarm') return `notices.say.alarm.${which ?? 'job_failed'}`
  if (kind === 'answer') return `notices.say.answer.${what}`
  if (kind === 'promise') return `notices.say.promise.${what}`
  if (kind === 'appraisal' || kind === 'recognition' || kind === 'document') return `notices.say.${kind}.${what}`
  if (kind === 'roster' && what !== 'shifts') return `notices.say.shift.${what}`
  if (kind === 'attendance') return `notices.say.attendance.${what}`
  return `notices.say.${kind}`
}
