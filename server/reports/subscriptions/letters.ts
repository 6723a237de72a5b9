import { OF_ROLE } from '../../accounts/rules.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { countdown, dateName, spanName } from '../../i18n/instants.ts'
import type { ReportSubscriptionId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { DAY, HOUR, plus } from '../../kernel/time.ts'
import { findAddressee } from '../../notifications/people/queries.ts'
import { LINK_MARK, leaveMail } from '../../platform/outgoing.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { render } from '../../web/render.ts'
import { gather } from '../periods/gathering.ts'
import { type Line, sliceName } from '../periods/rules.ts'
import { deleteSubscription, lockDueReport, moveOn } from './queries.ts'
import { LATE_HOURS, nextDue, nightsOf, type Period } from './rules.ts'

const OPENS_DAYS = 30

/**
 * When a report's time has come: one letter with its figures and the way to the page. Whoever may not read reports any
 * more gets none and is taken off the list. Repeats safely: the next time is set in the same transaction.
 */
export async function sendReport(
  tx: Tx,
  id: ReportSubscriptionId,
  { publicUrl, zone }: { publicUrl: string; zone: string },
): Promise<void> {
  const due = await lockDueReport(tx, id)
  if (!due) return
  const to = await findAddressee(tx.db, due.staffId)
  const mayRead = due.roles.some((role) => OF_ROLE[role].includes('report.read'))
  if (!to || !mayRead) return void (await deleteSubscription(tx, id))
  const { reportTime, companyName } = await currentSettings(tx.db)
  const isMorning = due.dueAt > plus(tx.now, -LATE_HOURS * HOUR)
  await moveOn(tx, id, nextDue(due.period, tx.now, reportTime, zone), isMorning)
  if (!isMorning) return
  const span = nightsOf(due.period, due.dueAt, zone)
  const report = await gather({ db: tx.db, now: tx.now, zone }, { ...span, grain: 'day', slice: due })
  const query = new URLSearchParams({ ...span, ...(due.cut === 'all' ? {} : { of: sliceName(due) }) })
  await leaveMail(tx, {
    kind: 'report',
    staffId: due.staffId,
    recipient: to.email,
    ...reportLetter(report.sums, {
      ...span,
      period: due.period,
      name: to.name,
      language: to.language,
      company: companyName[to.language],
      now: tx.now,
      zone,
    }),
    link: `${publicUrl}/reports?${query}`,
    linkUntil: plus(tx.now, OPENS_DAYS * DAY),
  })
  await announce(tx, 'report.sent', { staffId: due.staffId, subscriptionId: id, period: due.period }, { about: [] })
}

type Around = {
  from: string
  to: string
  period: Period
  name: string
  language: Language
  company: string
  now: Date
  zone: string
}

/** The figures in words, one a line; the page has the rest. */
export function reportLetter(sums: Line, { from, to, period, name, language, company, now, zone }: Around) {
  const t = wordsOf(language)
  const when = from === to ? dateName(from, language) : spanName(from, to, language)
  const subject = t(`report.mail.subject.${period}`, { when, company })
  const hello = t('report.mail.hello', { name })
  const lines = figuresIn(sums).map(([key, value]) => ({ name: t(`report.figure.${key}`), value }))
  const press = t('report.mail.open')
  const foot = [t('report.mail.why'), company]
  return {
    subject,
    text: [
      hello,
      lines.map((line) => `${line.name}: ${line.value}`).join('\n'),
      `${press}:\n${LINK_MARK}`,
      ...foot,
    ].join('\n\n'),
    html: render('report/letter', {
      t,
      language,
      zone,
      now,
      nonce: '',
      title: subject,
      hello,
      lines,
      press,
      link: LINK_MARK,
      foot,
    }),
  }
}

const clock = (seconds: number | null): string => (seconds === null ? '–' : countdown(seconds * 1000))
const part = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`)

/** The figures of the page's head, as text. */
export const figuresIn = (sums: Line): [string, string][] => [
  ['asked', String(sums.asked)],
  ['wait', clock(sums.wait)],
  ['answer', `${clock(sums.answer)} / ${clock(sums.answer90)}`],
  ['resolved', `${sums.resolved} · ${clock(sums.resolution)}`],
  ['sent', `${sums.sent} · ${part(sums.acceptedShare)}`],
  ['kept', `${sums.kept}/${sums.kept + sums.broken} · ${part(sums.keptShare)}`],
  ['shifts', `${sums.ready}/${sums.shifts} · ${part(sums.readyShare)}`],
]
