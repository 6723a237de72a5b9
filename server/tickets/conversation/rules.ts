import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { localOf, MINUTE } from '../../kernel/time.ts'
import { FILE_CODE } from '../files/rules.ts'

/** Words of one person that follow one another stand together, with one face, one time and one mark. */
const RUN_MINUTES = 5

export type Word = {
  readonly seq: number
  readonly author: 'customer' | 'staff' | 'house'
  readonly staffId?: string | undefined
  readonly name?: string | undefined
  readonly nameEn?: string | undefined
  readonly body: string
  readonly code?: string | undefined
  readonly details?: Readonly<Record<string, string | number>> | undefined
  readonly at: string
}
export type Noted = {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly afterSeq: number
  readonly body: string
  readonly at: Date
}

export type Bubble = {
  readonly seq: number
  readonly body: string
  /** Its kind, size and measures, where it is a file. */
  readonly file?: Readonly<Record<string, string | number>> | undefined
}
export type Run = {
  kind: 'run'
  ours: boolean
  staffId: string | undefined
  name: string | undefined
  nameEn: string | undefined
  bubbles: Bubble[]
  firstSeq: number
  lastSeq: number
  at: Date
  /** How far our words have come; nothing where they are the customer's. */
  mark: 'sent' | 'delivered' | 'read' | undefined
}
export type Said = { kind: 'said'; seq: number; code: string; details: Record<string, unknown>; at: Date }
export type Item =
  | { kind: 'day'; date: string; today: boolean }
  | { kind: 'new' }
  | (Noted & { kind: 'note' })
  | Said
  | Run

type Woven = {
  messages: readonly Word[]
  notes: readonly Noted[]
  marks: { delivered: number; read: number }
  /** The reader had read up to here when the page was opened; 0 for never. */
  newAfter: number
  zone: string
  now: Date
}

/** Weaves messages and colleagues' notes into one timeline, with a line between days and before what is new to the reader. */
export function weave({ messages, notes, marks, newAfter, zone, now }: Woven): Item[] {
  const items: Item[] = []
  const waiting = [...notes]
  const today = localOf(now, zone).date
  let date = ''
  let marked = newAfter === 0
  const startDay = (at: Date): void => {
    const day = localOf(at, zone).date
    if (day === date) return
    date = day
    items.push({ kind: 'day', date, today: day === today })
  }
  const addNotes = (before: number): void => {
    while (waiting[0] && waiting[0].afterSeq < before) {
      const note = waiting.shift()
      if (!note) return
      startDay(note.at)
      items.push({ kind: 'note', ...note })
    }
  }
  for (const word of messages) {
    addNotes(word.seq)
    const at = new Date(word.at)
    startDay(at)
    if (!marked && word.author === 'customer' && word.seq > newAfter) {
      items.push({ kind: 'new' })
      marked = true
    }
    const last = items.at(-1)
    if (word.author === 'house') items.push(saidOf(word, at))
    else if (last?.kind === 'run' && continues(last, word, at)) extend(last, word, at, marks)
    else items.push(runOf(word, at, marks))
  }
  addNotes(Number.POSITIVE_INFINITY)
  return items
}

const saidOf = ({ seq, code = '', details = {} }: Word, at: Date): Said => ({
  kind: 'said',
  seq,
  code,
  details: { ...details, ...(typeof details.at === 'string' ? { at: new Date(details.at) } : {}) },
  at,
})

const continues = (run: Run, word: Word, at: Date): boolean =>
  run.ours === (word.author === 'staff') &&
  run.staffId === word.staffId &&
  at.getTime() - run.at.getTime() < RUN_MINUTES * MINUTE

type Reached = Woven['marks']

function runOf(word: Word, at: Date, marks: Reached): Run {
  const ours = word.author === 'staff'
  const { seq, staffId, name, nameEn } = word
  const bubbles = [bubbleOf(word)]
  const mark = ours ? markOf(seq, marks) : undefined
  return { kind: 'run', ours, staffId, name, nameEn, bubbles, firstSeq: seq, lastSeq: seq, at, mark }
}

const bubbleOf = ({ seq, body, code, details }: Word): Bubble => ({
  seq,
  body,
  ...(code === FILE_CODE ? { file: details } : {}),
})

function extend(run: Run, word: Word, at: Date, marks: Reached): void {
  const { seq } = word
  run.bubbles.push(bubbleOf(word))
  run.lastSeq = seq
  run.at = at
  if (run.ours) run.mark = markOf(seq, marks)
}

const markOf = (seq: number, { delivered, read }: Reached): 'sent' | 'delivered' | 'read' =>
  seq <= read ? 'read' : seq <= delivered ? 'delivered' : 'sent'

/** A word that came since one began to type is shown before one's own is sent: the second press sends. */
export const whyNotReplyYet = (lastCustomerSeq: number, seen: number): Refusal | null =>
  lastCustomerSeq > seen ? refusal('tickets.newer_word', {}, 'body') : null

/** Countries with one time zone, by their calling code: elsewhere a phone number does not tell the hour. */
const ZONE_OF_CODE: Readonly<Record<string, string>> = {
  '86': 'Asia/Shanghai',
  '852': 'Asia/Hong_Kong',
  '853': 'Asia/Macau',
  '886': 'Asia/Taipei',
  '81': 'Asia/Tokyo',
  '82': 'Asia/Seoul',
  '65': 'Asia/Singapore',
  '66': 'Asia/Bangkok',
  '84': 'Asia/Ho_Chi_Minh',
  '91': 'Asia/Kolkata',
  '44': 'Europe/London',
  '49': 'Europe/Berlin',
  '39': 'Europe/Rome',
}

/** Where the customer's clock stands, as far as a phone number (E.164) gives it away. */
export function zoneOfPhone(number: string): string | null {
  const digits = number.replace(/^\+/, '')
  for (const length of [3, 2]) {
    const zone = ZONE_OF_CODE[digits.slice(0, length)]
    if (number.startsWith('+') && zone) return zone
  }
  return null
}
