import { type Words, wordsOf } from '../../i18n/dictionaries.ts'
import { orErased } from '../../i18n/erased.ts'
import { clockTime, fileSize, shortDate } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { LINK_MARK } from '../../platform/outgoing.ts'
import type { MessageView } from '../../tickets/messages/queries.ts'
import { render } from '../../web/render.ts'
import type { Night } from './morning/queries.ts'
import type { Party } from './queries.ts'

/** How the house is called, and where and when it is. */
export type Frame = {
  readonly company: Bilingual
  readonly zone: string
  readonly now: Date
  /** Whether an answer by mail arrives. */
  readonly takesAnswers: boolean
}
type About = Pick<Party, 'number' | 'subject' | 'wroteAbout' | 'language'>
export type Written = { readonly subject: string; readonly text: string; readonly html: string }

type Fact = { readonly label: string; readonly words?: string; readonly list?: readonly string[] }
type Parts = {
  readonly lines: readonly string[]
  readonly said?: readonly { readonly by: string; readonly words: string }[]
  readonly more?: string | null
  readonly facts?: readonly Fact[]
}
const SUBJECT_LETTERS = 80

/** Answers that the customer has not read, in their order; `more` stand on the page. */
export function composeUnread(
  about: About,
  { messages, more }: { messages: readonly MessageView[]; more: number },
  frame: Frame,
): Written {
  const t = wordsOf(about.language)
  return compose(about, frame, {
    lines: [t('letters.unread.lead', { count: messages.length })],
    said: messages.map((one) => saidOf(t, one, about.language, frame)),
    more: more > 0 ? t('letters.unread.more', { count: more }) : null,
  })
}

/** The whole conversation as both sides saw it. */
export function composeTranscript(about: About, messages: readonly MessageView[], frame: Frame): Written {
  const t = wordsOf(about.language)
  const time = moment(frame.now, about.language, frame.zone)
  return compose(about, frame, {
    lines: [t('letters.transcript.lead', { time })],
    said: messages.map((one) => saidOf(t, one, about.language, frame)),
  })
}

/** What was done at night, who has it, and when the customer hears next (REGULATION row 11). */
export function composeMorning(about: About, night: Night, frame: Frame): Written {
  const { language } = about
  const t = wordsOf(language)
  const at = (when: Date): string => moment(when, language, frame.zone)
  const name = (one: { name: string; nameEn: string }): string => (language === 'en' && one.nameEn) || one.name
  const { taken, answers, asked, heldBy, waitsFor, nextAt } = night
  const done = [
    ...(taken ? [t('letters.morning.taken', { name: name(taken.by), time: at(taken.at) })] : []),
    ...(answers
      ? [t('letters.morning.answers', { count: answers.count, name: name(answers.by), time: at(answers.at) })]
      : []),
    ...asked.flatMap(({ department, at: when, answeredAt }) => {
      const who = department?.[language] ?? t('letters.morning.a_post')
      return [
        t('letters.morning.asked', { name: who, time: at(when) }),
        ...(answeredAt ? [t('letters.morning.answered', { name: who, time: at(answeredAt) })] : []),
      ]
    }),
  ]
  const who = heldBy
    ? t(waitsFor ? 'letters.morning.held_waits' : 'letters.morning.held', {
        name: name(heldBy),
        department: waitsFor?.[language],
      })
    : waitsFor
      ? t('letters.morning.waits', { department: waitsFor[language] })
      : t('letters.morning.nobody')
  return compose(about, frame, {
    lines: [t('letters.morning.lead')],
    facts: [
      { label: t('letters.morning.done'), list: done.length > 0 ? done : [t('letters.morning.promised')] },
      { label: t('letters.morning.who'), words: who },
      {
        label: t('letters.morning.next'),
        words: nextAt ? t('letters.morning.by', { time: at(nextAt) }) : t('letters.morning.no_time'),
      },
    ],
  })
}

/**
 * One letter of a conversation: its subject is always the same, so that mail programs keep them together. Where it began
 * with a letter of theirs it is theirs: some programs part a thread in which the subject changes.
 */
function compose(about: About, { company, zone, now, takesAnswers }: Frame, parts: Parts): Written {
  const { language, number } = about
  const t = wordsOf(language)
  const topic = Array.from(orErased(t, about.subject).replace(/\s+/gu, ' ').trim()).slice(0, SUBJECT_LETTERS).join('')
  const title = `${number} · ${topic}`
  const subject = about.wroteAbout ? `Re: ${about.wroteAbout}` : title
  const press = t('letters.press')
  const after = [t(takesAnswers ? 'letters.answer_here' : 'letters.answer_there'), t('letters.private')]
  const { lines, said = [], more, facts = [] } = parts
  const text = [
    `${company[language]} · ${number}`,
    ...lines,
    ...said.map(({ by, words }) => `${by}\n${words}`),
    ...(more ? [more] : []),
    ...facts.map(({ label, words, list }) => `${label}\n${list ? list.map((one) => `- ${one}`).join('\n') : words}`),
    `${press}:`,
    LINK_MARK,
    ...after,
  ].join('\n\n')
  const frame = { t, language, zone, now, nonce: '' }
  const shown = { title, company: company[language], number, lines, said, more, facts, press, after }
  return { subject, text, html: render('letters/letter', { ...frame, ...shown, link: LINK_MARK }) }
}

function saidOf(t: Words, one: MessageView, language: Language, { zone }: Frame): { by: string; words: string } {
  const when = moment(new Date(one.at), language, zone)
  const staff = (language === 'en' && one.nameEn) || one.name
  const who = one.author === 'staff' ? staff : t(`letters.by.${one.author}`)
  return { by: `${who} · ${when}`, words: plain(wordsIn(t, one, language, zone)) }
}

function wordsIn(t: Words, { author, code, details, body }: MessageView, language: Language, zone: string): string {
  if (author === 'house') {
    const at = details?.at ? moment(new Date(String(details.at)), language, zone) : ''
    const name = language === 'en' ? (details?.nameEn ?? details?.name) : details?.name
    return t(`conversation.house.${code}`, { ...details, name, at })
  }
  if (code === 'file')
    return t('letters.file', { name: orErased(t, body), size: fileSize(Number(details?.bytes ?? 0), language) })
  return orErased(t, body)
}

/** Words never stand for the private link. */
const plain = (words: string): string => words.replaceAll(LINK_MARK, '[link]')

const moment = (at: Date, language: Language, zone: string): string =>
  `${shortDate(at, language, zone)} ${clockTime(at, zone)}`
