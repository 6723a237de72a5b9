import type { Language } from '../../kernel/language.ts'
import type { Preview, Scene } from '../../notifications/previews/composing.ts'
import { gather } from '../periods/gathering.ts'
import { reportLetter } from './letters.ts'
import { nightsOf } from './rules.ts'

/** Among the previews of letters: the report of the last night, as whoever wished it would get it now. */
export async function reportPreview(scene: Scene, language: Language): Promise<Preview> {
  const { db, now, zone, company, me } = scene
  const span = nightsOf('night', now, zone)
  const { sums } = await gather({ db, now, zone }, { ...span, grain: 'day', slice: { cut: 'all', key: '' } })
  const name = language === 'en' && me.nameEn ? me.nameEn : me.name
  const around = { ...span, period: 'night', name, language, company: company[language], now, zone } as const
  return { ...reportLetter(sums, around), empty: sums.asked === 0 && sums.shifts === 0 }
}
