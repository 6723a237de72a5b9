import { wordsOf } from '../../i18n/dictionaries.ts'
import type { ShiftId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { localOf } from '../../kernel/time.ts'
import type { Correction } from '../corrections/queries.ts'
import type { Attended } from './queries.ts'

/** A month as a table of comma-separated values, as spreadsheets open it: times as they hold now, and what was corrected with its reason. */
export function sheetOf(
  rows: readonly Attended[],
  corrections: ReadonlyMap<ShiftId, readonly Correction[]>,
  { language, zone }: { language: Language; zone: string },
): string {
  const t = wordsOf(language)
  const at = (when: Date | null): string => (when ? localOf(when, zone).time : '')
  const how = (row: Attended): string => {
    if (row.absent) return t('attendance.absent')
    return row.arrival ? t(`attendance.arrival.${row.arrival}`, { minutes: row.minutesLate }) : ''
  }
  const corrected = ({ shiftId }: Attended): string =>
    ((shiftId && corrections.get(shiftId)) || [])
      .filter(({ state }) => state === 'approved')
      .map(
        (one) =>
          `${t(`attendance.correction.${one.what === 'left' ? 'left_at' : 'came'}`)} ${at(one.at)}: ${one.reason}`,
      )
      .join('; ')
  const lines = rows.map((row) => [
    row.number,
    (language === 'en' && row.nameEn) || row.name,
    row.night,
    t(`common.post.${row.post}`),
    at(row.from),
    at(row.to),
    at(row.checkedInAt),
    at(row.checkedOutAt),
    how(row),
    row.how ? t(`attendance.how.${row.how}`) : '',
    corrected(row),
  ])
  return `\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}

/** A text that a spreadsheet takes as text, whatever it begins with. */
const cell = (value: string): string => `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`
