import { listReaders } from '../../escalations/deadlines/queries.ts'
import { makeEscalationLink } from '../../escalations/links/actions.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { DepartmentId, DigestId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { leaveMail, linkMark } from '../../platform/outgoing.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { render } from '../../web/render.ts'
import { type Listed, listForDepartment, lockDueDigest, nameOfDepartment, storeWritten } from './queries.ts'

export type Place = { readonly publicUrl: string; readonly zone: string }

/** Listed with links of their own; what is beyond stands behind the last link. */
const LISTED = 20
const NEED_LETTERS = 240
/** Until then a house that stood still over its morning still sends it; later it is no morning any more. */
export const LATE_HOURS = 4

/**
 * A department's morning: what is new and what is late, to its handlers and its head, each request with the link by
 * which this person accepts it or says that it is not theirs. Nothing to say, no letter. Repeats safely: once a day.
 */
export async function writeDigest(tx: Tx, id: DigestId, place: Place): Promise<void> {
  const digest = await lockDueDigest(tx, id)
  if (!digest) return
  const { departmentId } = digest
  // A house that stood still for days sends one morning, not all that it has missed.
  const over = digest.dueAt <= plus(tx.now, -LATE_HOURS * HOUR)
  const requests = over ? [] : await listForDepartment(tx.db, departmentId, tx.now)
  const counts = countsOf(requests)
  await storeWritten(tx, id, counts)
  const to = requests.length === 0 ? [] : await readersOf(tx, departmentId)
  const department = await nameOfDepartment(tx.db, departmentId)
  const { companyName, escalationLinkHours } = await currentSettings(tx.db)
  for (const reader of to) {
    const links: string[] = []
    for (const one of requests.slice(0, LISTED))
      links.push(`${place.publicUrl}/e/${await makeEscalationLink(tx, one.id, reader.id)}`)
    const around = { department, company: companyName, now: tx.now, zone: place.zone }
    await leaveMail(tx, {
      kind: 'digest',
      staffId: reader.id,
      recipient: reader.email,
      ...digestLetter(requests, reader, around),
      link: [...links, `${place.publicUrl}/escalations`].join('\n'),
      linkUntil: plus(tx.now, escalationLinkHours * HOUR),
    })
  }
  await announce(tx, 'digest.written', { digestId: id, departmentId, ...counts, letters: to.length }, { about: [] })
}

async function readersOf(tx: Tx, departmentId: DepartmentId) {
  const whom = { department_id: departmentId, person_id: null }
  const all = [...(await listReaders(tx.db, whom, 'handlers')), ...(await listReaders(tx.db, whom, 'head'))]
  return [...new Map(all.map((one) => [one.id, one])).values()]
}

export const countsOf = (requests: readonly Listed[]): { fresh: number; overdue: number } => {
  const overdue = requests.filter((one) => one.overdue).length
  return { fresh: requests.length - overdue, overdue }
}

type Around = { readonly department: Bilingual; readonly company: Bilingual; readonly now: Date; readonly zone: string }

/** Subject, text and HTML; links are marks, filled in when the letter goes. */
export function digestLetter(
  requests: readonly Listed[],
  { name, language }: { readonly name: string; readonly language: Language },
  { department, company, now, zone }: Around,
): { subject: string; text: string; html: string } {
  const t = wordsOf(language)
  const counts = countsOf(requests)
  const moment = (at: Date): string => `${shortDate(at, language, zone)} ${clockTime(at, zone)}`
  const listed = requests.slice(0, LISTED).map((one, at) => ({
    ...one,
    need: short(one.need),
    head: `${one.number} · ${one.subject}`,
    when: [
      t('notices.digest.sent', { time: moment(one.sentAt) }),
      ...(one.promisedAt ? [t('notices.digest.promised', { time: moment(one.promisedAt) })] : []),
    ].join(' · '),
    link: linkMark(at + 1),
    taken: one.state !== 'sent',
  }))
  const more = requests.length - listed.length
  const hello = t('notices.digest.hello', { name, department: department[language] })
  const subject = t('notices.digest.subject', { department: department[language], ...counts })
  const parts = (['overdue', 'fresh'] as const)
    .map((part) => ({
      title: t(`notices.digest.${part}`),
      list: listed.filter((one) => one.overdue === (part === 'overdue')),
    }))
    .filter(({ list }) => list.length > 0)
  const texts = parts.flatMap(({ title, list }) => [
    title,
    ...list.map(({ head, need, when, link, taken }) =>
      [
        head,
        need,
        when,
        ...(taken
          ? [`${t('notices.digest.answer')}: ${link}`]
          : [`${t('notices.digest.accept')}: ${link}`, `${t('notices.digest.not_ours')}: ${link}#reason`]),
      ].join('\n'),
    ),
  ])
  const rest = more > 0 ? [`${t('notices.digest.more', { count: more })}: ${linkMark(listed.length + 1)}`] : []
  const foot = [t('notices.digest.only_you'), company[language]]
  return {
    subject,
    text: [hello, ...texts, ...rest, ...foot].join('\n\n'),
    html: render('notices/digest', {
      t,
      language,
      zone,
      now,
      nonce: '',
      title: subject,
      hello,
      parts,
      more,
      moreLink: linkMark(listed.length + 1),
      foot,
    }),
  }
}

const short = (text: string): string =>
  Array.from(text).length > NEED_LETTERS ? `${Array.from(text).slice(0, NEED_LETTERS).join('')}…` : text
