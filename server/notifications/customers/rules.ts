import type { CustomerLetterKind, MailKind } from '../../events/notifications.ts'
import { addDays, HOUR, instantOf, localOf, MINUTE, nightOf, plus, type Window, windowOf } from '../../kernel/time.ts'

/** `waiting`: no address of theirs is proved. `unreached`: it was not by morning, and somebody has to call. */
export type LetterState = 'due' | 'waiting' | 'left' | 'dropped' | 'unreached'

/** At most so many messages in one letter; what is more follows in the next (BEHAVIOUR 121). */
export const MESSAGES_A_LETTER = 10
/** To somebody long gone: so long an answer waits for the ones that are written right after it. */
const TOGETHER_MINUTES = 2
/** A morning that was slept through is told until so long after its time. */
const MORNING_HOURS = 4

const TO_CUSTOMERS: readonly MailKind[] = ['unread', 'transcript', 'morning'] satisfies CustomerLetterKind[]
/** Letters that belong to the thread of a conversation. */
export const isThreaded = (kind: MailKind): kind is CustomerLetterKind => TO_CUSTOMERS.includes(kind)

/** Nothing is written about what is no request, or was erased. What went into another one has its answers told: its link opens that one. */
export const isOver = ({ state, erasedAt }: { state: string; erasedAt: Date | null }): boolean =>
  erasedAt !== null || state === 'spam'
/** An open request, as the morning letter counts it. */
export const isOpen = (state: string): boolean => ['new', 'queued', 'open'].includes(state)

type Unread = {
  readonly now: Date
  /** The first answer that they did not read. */
  readonly saidAt: Date
  /** When the customer was last there; null where they have never been. */
  readonly seenAt: Date | null
  /** Of the last letter with answers about this request. */
  readonly lastLeftAt: Date | null
  readonly awayMinutes: number
  readonly againMinutes: number
}

/** When unread answers may be mailed: not while the customer is there, and not too often. In the past where it is time. */
export function unreadDueAt({ now, saidAt, seenAt, lastLeftAt, awayMinutes, againMinutes }: Unread): Date {
  const away = seenAt ? plus(seenAt, awayMinutes * MINUTE) : now
  const again = lastLeftAt ? plus(lastLeftAt, againMinutes * MINUTE) : now
  const said = plus(saidAt, TOGETHER_MINUTES * MINUTE)
  return new Date(Math.max(away.getTime(), again.getTime(), said.getTime()))
}

/** The next end of a night (setting, company time): by then an address is proved, or somebody calls. */
export function nextNightEnd(now: Date, nightEnd: string, zone: string): Date {
  const { date } = localOf(now, zone)
  const today = instantOf(date, nightEnd, zone)
  return today > now ? today : instantOf(addDays(date, 1), nightEnd, zone)
}

export type Morning = { readonly day: string; readonly night: string; readonly at: Date; readonly window: Window }
type Hours = {
  readonly morningMailTime: string
  readonly nightStart: string
  readonly nightEnd: string
  readonly zone: string
}

/** The morning that is to be told now; null before its time, and once it is too late for a "good morning". */
export function morningAt(now: Date, { morningMailTime, nightStart, nightEnd, zone }: Hours): Morning | null {
  const { date: day } = localOf(now, zone)
  const at = instantOf(day, morningMailTime, zone)
  if (now < at || now >= plus(at, MORNING_HOURS * HOUR)) return null
  // The night that was over last: at eight that is the one that began yesterday evening.
  const night = lastNight(at, { nightStart, nightEnd, zone })
  const { from } = windowOf(night, nightStart, nightEnd, zone)
  return { day, night, at, window: { from, to: at } }
}

function lastNight(at: Date, { nightStart, nightEnd, zone }: Omit<Hours, 'morningMailTime'>): string {
  const night = nightOf(at, zone)
  return windowOf(night, nightStart, nightEnd, zone).from < at ? night : addDays(night, -1)
}
