import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { LINK_MARK } from '../../platform/outgoing.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import { render } from '../../web/render.ts'
import type { Compose, Key } from './actions.ts'

type House = { readonly company: Bilingual; readonly now: Date; readonly zone: string; readonly publicUrl: string }

/** Where a key is used. */
export const keyUrl = (publicUrl: string, { token }: Pick<Key, 'token'>): string => `${publicUrl}/key/${token}`

/** Writes letters as the house is called now; `fallback` is for those who have never said what they read. */
export async function composer({ db, clock, config }: Deps, fallback: Language): Promise<Compose> {
  const { companyName: company } = await currentSettings(db)
  return compose({ company, now: clock.now(), zone: config.timeZone, publicUrl: config.publicUrl }, fallback)
}

/** In text for every reader, and in plain HTML with the same words; the link is put in when it is sent. */
export const compose =
  ({ company, now, zone, publicUrl }: House, fallback: Language): Compose =>
  (to, key) => {
    const language = to.language ?? fallback
    const t = wordsOf(language)
    const words = {
      company: company[language],
      name: language === 'en' && to.nameEn ? to.nameEn : to.name,
      login: to.login,
      until: `${shortDate(key.expiresAt, language, zone)} ${clockTime(key.expiresAt, zone)}`,
    }
    const say = (part: string): string => t(`mails.${key.kind}.${part}`, words)
    const lines = [say('hello'), say('what'), say('login')]
    const after = [say('until'), say('not_you')]
    const frame = { t, language, zone, now, nonce: '' }
    return {
      subject: say('subject'),
      text: [...lines, LINK_MARK, ...after, company[language]].join('\n\n'),
      html: render('mails/letter', {
        ...frame,
        title: say('subject'),
        lines,
        link: LINK_MARK,
        press: say('press'),
        after,
        company: company[language],
      }),
      link: keyUrl(publicUrl, key),
    }
  }
