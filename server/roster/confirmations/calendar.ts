import ical, { ICalCalendarMethod, ICalEventTransparency } from 'ical-generator'
import type { Words } from '../../i18n/dictionaries.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Window } from '../../kernel/time.ts'
import type { Asked } from './queries.ts'

/** A night on which somebody stands ready as the named backup of the duty manager (H1). */
export type Ready = Window & { readonly night: string; readonly staffId: StaffId }

type Around = { readonly t: Words; readonly company: string; readonly host: string; readonly now: Date }

/** Shifts as a calendar file: instants in UTC, one entry a shift or a night of standing ready, that a later file replaces. */
export function calendarOf(
  shifts: readonly Pick<Asked, 'shiftId' | 'post' | 'from' | 'to'>[],
  { t, company, host, now, ready = [] }: Around & { readonly ready?: readonly Ready[] },
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
  // Standing ready is no work: whoever looks for a free hour finds the night free, and its owner sees when they may be called.
  for (const { night, staffId, from, to } of ready)
    calendar.createEvent({
      id: `backup-${night}-${staffId}@${host}`,
      stamp: now,
      start: from,
      end: to,
      summary: t('confirmations.calendar_backup'),
      transparency: ICalEventTransparency.TRANSPARENT,
    })
  return calendar.toString()
}
