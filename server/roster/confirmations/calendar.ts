import ical, { ICalCalendarMethod } from 'ical-generator'
import type { Words } from '../../i18n/dictionaries.ts'
import type { Asked } from './queries.ts'

/** Shifts as a calendar file: instants in UTC, one entry a shift that a later file replaces. */
export function calendarOf(
  shifts: readonly Pick<Asked, 'shiftId' | 'post' | 'from' | 'to'>[],
  { t, company, host, now }: { t: Words; company: string; host: string; now: Date },
): string {
  const calendar = ical({ name: company, method: ICalCalendarMethod.PUBLISH, prodId: '//Nightdesk//roster//EN' })
  for (const { shiftId, post, from, to } of shifts)
    calendar.createEvent({
      id: `shift-${shiftId}@${host}`,
      stamp: now,
      start: from,
      end: to,
      summary: t('confirmations.calendar', { post: t(`common.post.${post}`) }),
    })
  return calendar.toString()
}
