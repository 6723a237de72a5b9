import { wordsOf } from '../../i18n/dictionaries.ts'
import { countdown, dateName } from '../../i18n/instants.ts'
import type { BriefId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { staffOf } from '../../platform/actor.ts'
import { LINK_MARK, leaveMail } from '../../platform/outgoing.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { render } from '../../web/render.ts'
import { findAddressee, leadersNow } from '../people/queries.ts'
import { closeBrief, lockOwn } from './actions.ts'
import { type Brief, lockBrief } from './queries.ts'
import { type BriefLine, LINES, toneOf } from './rules.ts'

export type Place = { readonly publicUrl: string; readonly zone: string }

const OPENS_DAYS = 30

/** By its time it goes as it stands, edited or not. Repeats safely: once. */
export async function sendDueBrief(tx: Tx, id: BriefId, place: Place): Promise<void> {
  const brief = await lockBrief(tx, id)
  if (brief.state === 'draft' && brief.dueAt <= tx.now) await sendOut(tx, brief, place)
}

/** Its duty manager has nothing to add: now. @throws NotFound */
export async function sendBriefNow(tx: Tx, night: string, place: Place): Promise<void> {
  const brief = await lockOwn(tx, night, place.zone)
  if (brief.state === 'draft') await sendOut(tx, brief, place)
}

async function sendOut(tx: Tx, brief: Brief, { publicUrl, zone }: Place): Promise<void> {
  const final = await closeBrief(tx, brief, zone)
  const { companyName } = await currentSettings(tx.db)
  const leaders = await leadersNow(tx.db, tx.now)
  for (const staffId of leaders) {
    const to = await findAddressee(tx.db, staffId)
    if (!to) continue
    await leaveMail(tx, {
      kind: 'brief',
      staffId,
      recipient: to.email,
      ...briefLetter(final, { to, company: companyName, zone, now: tx.now }),
      link: `${publicUrl}/brief/${final.night}`,
      linkUntil: plus(tx.now, OPENS_DAYS * DAY),
    })
  }
  const by = tx.actor.kind === 'staff' ? staffOf(tx) : null
  await announce(tx, 'brief.sent', { briefId: brief.id, by, letters: leaders.length }, { about: ['board'] })
}

type Around = {
  readonly to: { readonly name: string; readonly language: Language }
  readonly company: Bilingual
  readonly zone: string
  readonly now: Date
}

/** The ten lines against last night and the norm, with the duty manager's words first. */
export function briefLetter(
  brief: Pick<Brief, 'night' | 'words' | 'lines'>,
  { to: { name, language }, company, zone, now }: Around,
): { subject: string; text: string; html: string } {
  const t = wordsOf(language)
  const lines = linesIn(brief.lines, language)
  const night = dateName(brief.night, language)
  const title = t('brief.mail.subject', { night, company: company[language] })
  const hello = t('brief.mail.hello', { name, night })
  const table = lines.map(({ name: line, tonight, before, norm }) =>
    t('brief.mail.line', { line, tonight, before, norm }),
  )
  const press = t('brief.mail.open')
  return {
    subject: title,
    text: [
      hello,
      ...(brief.words ? [brief.words] : []),
      table.join('\n'),
      `${press}:`,
      LINK_MARK,
      company[language],
    ].join('\n\n'),
    html: render('brief/letter', {
      t,
      language,
      zone,
      now,
      nonce: '',
      title,
      hello,
      words: brief.words ? brief.words.split('\n') : [],
      lines,
      link: LINK_MARK,
      press,
      company: company[language],
    }),
  }
}

/** Each line in words, with numbers as people say them. */
export function linesIn(lines: readonly BriefLine[], language: Language) {
  const t = wordsOf(language)
  return lines.map((line) => {
    const unit = LINES.find(({ key }) => key === line.key)?.unit ?? 'count'
    const say = (value: number | null): string => {
      if (value === null) return t('brief.nothing')
      if (unit === 'seconds') return countdown(value * 1000)
      return new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value)
    }
    return {
      key: line.key,
      name: t(`brief.line.${line.key}`),
      tone: toneOf(line),
      tonight: say(line.tonight),
      before: say(line.before),
      norm: say(line.norm),
    }
  })
}
