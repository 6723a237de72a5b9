import type { Bilingual } from '../kernel/language.ts'
import { addDays, instantOf, localOf, MINUTE, plus } from '../kernel/time.ts'
import type { TicketState } from '../tickets/rules.ts'

/** What a client may send, in letters (code points), bytes and pieces. Told to every client by GET /desk. */
export const LIMITS = {
  nameLetters: 80,
  contactLetters: 254,
  questionLetters: 4000,
  messageLetters: 4000,
  commentLetters: 2000,
  pageLetters: 2000,
  bytes: 64_000,
  messagesAtOnce: 200,
  ticketsAtOnce: 20,
} as const

export const CHAT_STATES = ['new', 'queued', 'open', 'resolved', 'closed'] as const
export type ChatState = (typeof CHAT_STATES)[number]

/** The state as its customer sees it: what is merged or no request at all has simply ended. */
export function chatState(state: TicketState): ChatState {
  switch (state) {
    case 'new':
    case 'queued':
    case 'open':
    case 'resolved':
    case 'closed':
      return state
    case 'merged':
    case 'spam':
      return 'closed'
  }
}

type Promising = {
  now: Date
  /** When the next service shift begins; the present where one covers it already; null where none is planned. */
  opening: Date | null
  formAnswerMinutes: number
  /** Local time, `08:30`. */
  dayDeskStart: string
  zone: string
}

/** By when somebody answers what is left while nobody is on post (REGULATION row 1: mail 30 min, from the next opening). */
export function promiseOf({ now, opening, formAnswerMinutes, dayDeskStart, zone }: Promising): Date {
  return opening ? plus(opening, formAnswerMinutes * MINUTE) : nextDayDesk(now, dayDeskStart, zone)
}

function nextDayDesk(now: Date, start: string, zone: string): Date {
  const { date } = localOf(now, zone)
  const today = instantOf(date, start, zone)
  return today > now ? today : instantOf(addDays(date, 1), start, zone)
}

/** Fewer answers than this say nothing about how long one waits. */
const WAITS_THAT_TELL = 5

/**
 * Minutes until an answer, from how long others have just waited (milliseconds); null where too few did, or where this
 * one has waited longer than that already.
 */
export function expectedWait(waits: readonly number[], waited: number): number | null {
  if (waits.length < WAITS_THAT_TELL) return null
  const median = [...waits].sort((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0
  return waited < median ? Math.ceil((median - waited) / MINUTE) : null
}

export type Topic = { id: string; parentId: string | null; name: Bilingual }
