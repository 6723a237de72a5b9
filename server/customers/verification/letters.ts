import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { VerificationId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { CODE_MARK, LINK_MARK, leaveMail, leaveText } from '../../platform/outgoing.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { render } from '../../web/render.ts'
import { beginAsking } from './actions.ts'
import { storeLeft } from './queries.ts'

type Place = { readonly publicUrl: string; readonly zone: string }

/** The one letter to an address, or the one message to a number, that nobody has proved: the same words for everybody, nobody's name and nothing of what was said. */
export async function writeVerification(tx: Tx, id: VerificationId, { publicUrl, zone }: Place): Promise<void> {
  const one = await beginAsking(tx, id)
  if (!one) return
  const { companyName: company, codeMinutes } = await currentSettings(tx.db)
  const token = newToken()
  await storeLeft(tx, id, hashOf(token))
  const { kind, customerId, ticketId, value, language, expiresAt } = one
  const link = `${publicUrl}/verify/${token}`
  if (kind === 'phone') {
    const text = codeText({ company, language, codeMinutes })
    return void (await leaveText(tx, {
      kind: 'code',
      customerId,
      ticketId,
      number: value,
      text,
      link,
      until: expiresAt,
    }))
  }
  await leaveMail(tx, {
    kind: 'verification',
    customerId,
    ...(ticketId ? { ticketId } : {}),
    recipient: value,
    ...composeVerification({ company, language, zone, until: expiresAt, now: tx.now }),
    link,
    linkUntil: expiresAt,
  })
}

/** Code and link in one message: whoever has left is no more where they could type it. */
export const codeText = ({
  company,
  language,
  codeMinutes,
}: {
  company: Bilingual
  language: Language
  codeMinutes: number
}): string =>
  wordsOf(language)('texts.code', { company: company[language], code: CODE_MARK, count: codeMinutes, link: LINK_MARK })

type Facts = { company: Bilingual; language: Language; zone: string; until: Date; now: Date }

export function composeVerification({ company, language, zone, until, now }: Facts) {
  const t = wordsOf(language)
  const time = `${shortDate(until, language, zone)} ${clockTime(until, zone)}`
  const say = (part: string): string => t(`verification.mail.${part}`, { company: company[language], time })
  const [lines, after] = [
    [say('what'), say('press_it')],
    [say('until'), say('not_you')],
  ]
  return {
    subject: say('subject'),
    text: [...lines, LINK_MARK, ...after, company[language]].join('\n\n'),
    html: render('letters/letter', {
      ...{ t, language, zone, now, nonce: '' },
      title: say('subject'),
      company: company[language],
      lines,
      link: LINK_MARK,
      press: say('press'),
      after,
    }),
  }
}
