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
  appealLetters: 2000,
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

/** So many of the last answers tell how fast the queue moves; fewer than the second tell nothing. */
export const ANSWERS_THAT_TELL = 20
const ANSWERS_LEAST = 5
const SHARE_COVERED = 0.8

/** Who took somebody from the queue, when they had begun to wait, and when it was; milliseconds. */
export type Accepted = { readonly by: string; readonly queuedAt: number; readonly acceptedAt: number }
/** How the queue moves: who can take something now, and the last answers since the running shifts began, in their order. */
export type Pace = { readonly able: number; readonly accepted: readonly Accepted[] }

/**
 * Minutes within which four of five at this place are answered (p80); null where nothing honest can be said yet. Each of
 * the last answers took its turn: from the answer before, or from its own question where nobody stood before it. Four in
 * five turns were no longer than one; so many such turns as there are places, shared by those who are there now instead
 * of those who took them. Measured on simulated nights by `npm run bench -- queue`.
 */
export function expectedWait({ able, accepted }: Pace, place: number): number | null {
  const last = accepted.slice(-ANSWERS_THAT_TELL)
  if (last.length < ANSWERS_LEAST || able === 0) return null
  const begin = accepted.length - last.length
  const turns = last.map(({ queuedAt, acceptedAt }, at) => {
    const before = accepted[begin + at - 1]?.acceptedAt ?? 0
    return acceptedAt - Math.max(before, queuedAt)
  })
  const turn = turns.toSorted((a, b) => a - b)[Math.ceil(SHARE_COVERED * turns.length) - 1] ?? 0
  const crew = new Set(last.map(({ by }) => by)).size
  return Math.max(1, Math.ceil((turn * place * crew) / able / MINUTE))
}

export type Topic = { id: string; parentId: string | null; name: Bilingual }
