import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { DAY, plus, SECOND } from '../../kernel/time.ts'
import { LINK_MARK, leaveMail } from '../../platform/outgoing.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { render } from '../../web/render.ts'
import { lockTold, type Told } from '../notices/queries.ts'
import { wantsReceipt } from '../notices/rules.ts'
import { withShifts } from '../rostering/letters.ts'
import type { Ready } from './actions.ts'
import { setDelivery } from './queries.ts'
import { MAILING_SECONDS } from './rules.ts'
import { sentenceOf } from './words.ts'

export type Place = { readonly publicUrl: string; readonly zone: string }

const OPENS_DAYS = 7

/** The letter of one delivery: left in the transaction that notes it, sent by the job of letters, told back by its event. */
export async function leaveNoticeLetter(tx: Tx, ready: Ready, place: Place): Promise<void> {
  const { to, staffId } = ready
  if (!to || !staffId) return
  const told = await lockTold(tx, ready.noticeId, staffId)
  if (!told) return
  const { companyName } = await currentSettings(tx.db)
  const { file, more } = await withShifts(tx, told, { ...place, language: to.language, company: companyName })
  const letter = letterOf(told, { more, to, company: companyName, now: tx.now, zone: place.zone })
  const mailId = await leaveMail(tx, {
    kind: 'notice',
    staffId,
    recipient: to.email,
    ...letter,
    ...(file ? { file } : {}),
    link: `${place.publicUrl}/notices/${ready.noticeId}`,
    linkUntil: plus(tx.now, OPENS_DAYS * DAY),
  })
  await setDelivery(tx, ready.id, { mail_id: mailId, due_at: plus(tx.now, MAILING_SECONDS * SECOND) })
}

type To = { readonly name: string; readonly language: Language }
type Around = {
  readonly more?: readonly string[]
  readonly to: To
  readonly company: Bilingual
  readonly now: Date
  readonly zone: string
}

/** Subject, text and HTML in the language of whoever reads it. */
export function letterOf(
  told: Pick<Told, 'kind' | 'ref' | 'count' | 'part' | 'importance' | 'lastAt'>,
  { more = [], to, company, now, zone }: Around,
): { subject: string; text: string; html: string } {
  const { language, name } = to
  const t = wordsOf(language)
  const sentence = sentenceOf(told, language)
  const time = `${shortDate(told.lastAt, language, zone)} ${clockTime(told.lastAt, zone)}`
  const lines = [t('notices.mail.hello', { name }), sentence, ...more, t('notices.mail.at', { time })]
  const after = [...(wantsReceipt(told.importance) ? [t('notices.mail.receipt')] : []), t('notices.mail.choose')]
  const press = t('notices.mail.open')
  return {
    subject: t('notices.mail.subject', { sentence }),
    text: [...lines, `${press}:`, LINK_MARK, ...after, company[language]].join('\n\n'),
    html: render('notices/letter', {
      t,
      language,
      zone,
      now,
      nonce: '',
      title: sentence,
      lines,
      link: LINK_MARK,
      press,
      after,
      company: company[language],
    }),
  }
}
