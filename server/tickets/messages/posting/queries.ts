import { CompiledQuery } from 'kysely'
import type { MessageId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'

export type Posting = {
  ticketId: TicketId
  author: string
  staffId: StaffId | null
  epoch: number | null
  clientId: string
  body: string
  code: string | null
  details: Record<string, string | number> | null
  actor: string
  answerSeconds: number
}
/** Kept back for what its writer did, or for what somebody of their network did. */
type Held = 'banned' | 'slow' | 'banned_network' | 'slow_network'
export type Posted = {
  /** With those of `Held` the field `at` says until when. */
  outcome: 'posted' | 'repeated' | 'reused' | 'missing' | 'stale' | 'shut' | Held
  seq: number | null
  message_id: MessageId | null
  at: Date | null
  event_id: string | null
  round: number | null
  /** Whose work the ticket is, and how those see the name: told with the message. */
  worker: StaffId | null
  name: string | null
  name_en: string | null
}

/** A word and the instant at which it came. */
export type Word = Posting & { readonly now: Date }
/** Lock, check, number, message, event and outbox row in one statement (migrations/0154-words-together.ts). */
export async function postAlone(db: Reader, word: Word): Promise<Posted> {
  const { rows } = await db.executeQuery<Posted>(
    CompiledQuery.raw(
      ALONE,
      COLUMNS.map((column) => column(word)),
    ),
  )
  const [row] = rows
  if (!row) throw new Error('post_message gave no answer')
  return row
}

type Answer = Omit<Posted, 'outcome'> & { readonly outcome: Posted['outcome'] | 'busy' }

/** The same for words of as many conversations; `busy` is what waited for somebody else's lock. */
export async function postAll(db: Reader, words: readonly Word[]): Promise<readonly Answer[]> {
  const { rows } = await db.executeQuery<Answer>(
    CompiledQuery.raw(
      TOGETHER,
      COLUMNS.map((column) => words.map(column)),
    ),
  )
  return rows
}

/** The arguments of `post_message`, in their order. */
const COLUMNS: readonly ((word: Word) => unknown)[] = [
  ({ ticketId }) => ticketId,
  ({ author }) => author,
  ({ staffId }) => staffId,
  ({ epoch }) => epoch,
  ({ clientId }) => clientId,
  ({ body }) => body,
  ({ code }) => code,
  ({ details }) => (details ? JSON.stringify(details) : null),
  ({ actor }) => actor,
  ({ answerSeconds }) => answerSeconds,
  ({ now }) => now,
]
const ALONE = 'select * from post_message($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)'
const TOGETHER = `
  select p.* from unnest($1::bigint[], $2::text[], $3::bigint[], $4::integer[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[],
    $9::text[], $10::integer[], $11::timestamptz[]) with ordinality as w
    (ticket, author, staff, epoch, client, body, code, details, actor, answer_seconds, at, n)
  cross join lateral post_message(w.ticket, w.author, w.staff, w.epoch, w.client, w.body, w.code, w.details, w.actor,
    w.answer_seconds, w.at, false) p
  order by w.n`
