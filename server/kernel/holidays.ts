import chineseDays from 'chinese-days'

/** A public holiday by the calendar of China (劳动法 §40), no mere weekend; beyond its list none is known. */
export function isHoliday(date: string): boolean {
  const { work, name } = chineseDays.getDayDetail(date)
  // A weekend is named by its day alone, a holiday in both languages.
  return !work && name.includes(',')
}
