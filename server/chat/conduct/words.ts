import type { ConductNotice } from '../../customers/abuse/measures/queries.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { Language } from '../../kernel/language.ts'

/** A notice with everything that is said about it in the reader's language, so that clients need no dictionary of their own. */
export type WordedNotice = ConductNotice & {
  readonly words: {
    readonly title: string
    readonly text: string
    /** Before the telephone number. */
    readonly emergency: string
    /** Of the form; null where there is nothing to object to, or it has been done. */
    readonly form: {
      readonly title: string
      readonly hint: string
      readonly label: string
      readonly send: string
    } | null
    /** What became of the appeal; null where there is none. */
    readonly appeal: string | null
  }
}

export function worded(notice: ConductNotice | null, language: Language, zone: string): WordedNotice | null {
  if (!notice) return null
  const t = wordsOf(language)
  const { state, duty, until, paceSeconds: seconds, appeal, network } = notice
  const say = (key: string, values: Record<string, unknown> = {}): string => t(`abuse.notice.${key}`, values)
  const moment = (at: string): string => `${shortDate(new Date(at), language, zone)} ${clockTime(new Date(at), zone)}`
  const contact = network && [network.phone, network.email].filter(Boolean).join(' · ')
  const about = network ? `network.${state}` : state
  const told = appeal && (appeal.answeredAt ? 'upheld' : 'sent')
  return {
    ...notice,
    words: {
      title: say(`${about}.title`),
      text: `${say(`${about}.text`, { duty: say(`duty.${duty}`), time: moment(until), seconds })}${contact ? say('network.contact', { contact }) : ''}`,
      emergency: say('urgent'),
      form:
        state === 'banned' && !appeal && !network
          ? {
              title: say('appeal.title'),
              hint: say('appeal.hint'),
              label: say('appeal.label'),
              send: say('appeal.do'),
            }
          : null,
      appeal: appeal && told ? say(`appeal.${told}`, { time: moment(appeal.answeredAt ?? appeal.at) }) : null,
    },
  }
}
