import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { LINK_MARK } from '../../platform/outgoing.ts'
import type { Night } from '../customers/morning/queries.ts'
import type { Party } from '../customers/queries.ts'

/** How the house is called, and where and when it is. */
type Around = { readonly company: Bilingual; readonly zone: string; readonly now: Date }
type About = Pick<Party, 'number' | 'language'>

/** Who calls, and by when. */
export const promisedText = (language: Language, at: Date, { company, zone, now }: Around): string =>
  wordsOf(language)('texts.callback', { company: company[language], time: moment(at, language, { zone, now }) })

/** That there are answers, and where they are read: never what they say, because a screen shows it to whoever is near. */
export const unreadText = ({ number, language }: About, count: number, { company }: Around): string =>
  wordsOf(language)('texts.unread', { company: company[language], number, count, link: LINK_MARK })

/** Who has it, and when they hear next (REGULATION row 11). */
export function morningText({ number, language }: About, night: Night, { company, zone, now }: Around): string {
  const t = wordsOf(language)
  const who = night.heldBy && ((language === 'en' && night.heldBy.nameEn) || night.heldBy.name)
  return t('texts.morning', {
    company: company[language],
    number,
    who: who
      ? t('texts.held', { name: who })
      : night.waitsFor
        ? t('texts.waits', { department: night.waitsFor[language] })
        : t('texts.nobody'),
    next: night.nextAt
      ? t('texts.by', { time: moment(night.nextAt, language, { zone, now }) })
      : t('letters.morning.no_time'),
    link: LINK_MARK,
  })
}

/** The date as well where it is not within the day. */
const moment = (at: Date, language: Language, { zone, now }: Pick<Around, 'zone' | 'now'>): string => {
  const time = clockTime(at, zone)
  return at < plus(now, DAY / 2) ? time : `${shortDate(at, language, zone)} ${time}`
}
