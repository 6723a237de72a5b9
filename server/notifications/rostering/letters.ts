import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, dateName, monthName, shortDate } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import type { Window } from '../../kernel/time.ts'
import type { LetterFile } from '../../platform/outgoing.ts'
import { calendarOf } from '../../roster/confirmations/calendar.ts'
import { listOfPerson } from '../../roster/confirmations/queries.ts'
import { listReady } from '../../roster/leading/backups/ready.ts'
import { deadlinesOf } from '../../roster/months/rules.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Told } from '../notices/queries.ts'

type Around = {
  readonly publicUrl: string
  readonly zone: string
  readonly language: Language
  readonly company: Bilingual
}

/** A transaction, or whoever only looks. */
type Reading = { readonly db: Reader; readonly now: Date }

/** The letter about a published roster names the shifts and brings them as a calendar file. */
export async function withShifts(
  tx: Reading,
  { ref, staffId }: Pick<Told, 'ref' | 'staffId'>,
  { publicUrl, zone, language, company }: Around,
): Promise<{ readonly more: readonly string[]; readonly file: LetterFile | null }> {
  const [what = '', about = ''] = ref.split(':')
  if (OF_MONTHS.includes(what)) return { more: await linesOfMonth(tx, about, { zone, language }), file: null }
  if (what !== 'published' && what !== 'nudge') return { more: [], file: null }
  const all = await listOfPerson(tx.db, staffId, tx.now)
  const shifts = what === 'nudge' ? all.filter(({ state }) => state === 'notified') : all
  if (shifts.length === 0) return { more: [], file: null }
  const t = wordsOf(language)
  const line = ({ night, from, to }: { readonly night: string } & Window, words: string): string =>
    `${dateName(night, language)} ${clockTime(from, zone)}–${clockTime(to, zone)} · ${words}`
  // Nobody is asked whether they can stand ready, so a nudge does not name those nights again.
  const ready = what === 'published' ? await listReady(tx.db, staffId, { from: tx.now, zone }) : []
  const host = new URL(publicUrl).hostname
  const text = calendarOf(shifts, { t, company: company[language], host, now: tx.now, ready })
  const lines = [
    ...shifts.map((shift) => line(shift, t(`common.post.${shift.post}`))),
    ...ready.map((night) => line(night, t('confirmations.calendar_backup'))),
  ]
  return { more: lines, file: { name: 'shifts.ics', type: 'text/calendar; method=PUBLISH', text } }
}

/** Told of a month as a whole. */
const OF_MONTHS = ['publish_soon', 'publish_late', 'input_soon', 'input_late']

/** Which month, and until when. */
async function linesOfMonth(
  tx: Reading,
  month: string,
  { zone, language }: Pick<Around, 'zone' | 'language'>,
): Promise<string[]> {
  const settings = await currentSettings(tx.db)
  const { inputBy, publishBy, hoursBefore } = deadlinesOf(month, settings, { nightStart: settings.nightStart, zone })
  const t = wordsOf(language)
  const latest = `${shortDate(hoursBefore, language, zone)} ${clockTime(hoursBefore, zone)}`
  return [
    t('roster.plan.title', { month: monthName(month, language) }),
    t('roster.plan.deadline', { input: dateName(inputBy, language), publish: dateName(publishBy, language), latest }),
  ]
}
