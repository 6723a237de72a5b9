import { sql } from 'kysely'
import type { CallbackId, CallId, CustomerId, StaffId, TicketId } from '../../../kernel/ids.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import type { Reader } from '../../../schema.ts'
import type { CallbackRow } from '../queries.ts'
import type { AttemptOutcome, CallbackState } from '../rules.ts'

/** A callback with what its row on the page shows. */
export type CallbackView = {
  id: CallbackId
  number: string
  state: CallbackState
  times: number
  openedAt: Date
  lastAt: Date
  dueAt: Date
  promisedAt: Date | null
  claimedBy: { id: StaffId; name: string; nameEn: string } | null
  attempts: number
  line: string
  /** Whether this line keeps what is said. */
  records: boolean
  ticket: { id: TicketId; number: string } | null
  customers: { id: CustomerId; name: string }[]
  lastCallId: CallId | null
  endedAt: Date | null
  endedWhy: CallbackRow['ended_why']
  endedBy: { name: string; nameEn: string } | null
  words: string | null
  tries: { at: Date; outcome: AttemptOutcome; words: string; name: string; nameEn: string }[]
  voicemails: { id: string; at: Date; stored: boolean }[]
  text: { state: string; at: Date | null } | null
}

type Stored = Omit<CallbackView, 'claimedBy' | 'endedBy' | 'ticket' | 'tries' | 'voicemails' | 'text'> & {
  holder: CallbackView['claimedBy']
  ender: CallbackView['endedBy']
  ticket: CallbackView['ticket']
  tries: (Omit<CallbackView['tries'][number], 'at'> & { at: string })[]
  voicemails: (Omit<CallbackView['voicemails'][number], 'at'> & { at: string })[]
  text: { state: string; at: string | null } | null
}

const VIEW = sql`
  select b.id, b.number, b.state, b.times, b.opened_at as "openedAt", b.last_at as "lastAt", b.due_at as "dueAt",
    b.promised_at as "promisedAt", b.attempts, b.ended_at as "endedAt", b.ended_why as "endedWhy", b.words, l.name as line, cardinality(l.recording_hosts) > 0 as records,
    case when h.id is not null then json_build_object('id', h.id::text, 'name', h.name, 'nameEn', h.name_en) end as holder,
    case when e.id is not null then json_build_object('name', e.name, 'nameEn', e.name_en) end as ender,
    case when t.id is not null then json_build_object('id', t.id::text, 'number', t.number) end as ticket,
    coalesce((select json_agg(json_build_object('id', c.id::text, 'name', c.name) order by c.id desc) from contacts x
      join customers c on c.id = x.customer_id where x.kind = 'phone' and x.value = b.number), '[]') as customers,
    (select max(k.id)::text from calls k where k.callback_id = b.id) as "lastCallId",
    coalesce((select json_agg(json_build_object('at', a.at, 'outcome', a.outcome, 'words', a.words, 'name', s.name, 'nameEn', s.name_en)
      order by a.id) from callback_attempts a join staff s on s.id = a.staff_id where a.callback_id = b.id), '[]') as tries,
    coalesce((select json_agg(json_build_object('id', r.id::text, 'at', r.made_at, 'stored', r.state = 'stored') order by r.id)
      from call_recordings r join calls k on k.id = r.call_id where k.callback_id = b.id and r.kind = 'voicemail'), '[]') as voicemails,
    (select json_build_object('state', coalesce(m.state, 'pending'), 'at', m.settled_at) from customer_texts x
      left join outgoing_mails m on m.id = x.mail_id where x.promise_id = b.promise_id) as text
  from callbacks b join phone_lines l on l.id = b.line_id left join staff h on h.id = b.claimed_by
  left join staff e on e.id = b.ended_by left join tickets t on t.id = b.ticket_id`
const viewOf = ({ holder, ender, tries, voicemails, text, ...row }: Stored): CallbackView => ({
  ...row,
  claimedBy: holder,
  endedBy: ender,
  tries: tries.map((one) => ({ ...one, at: new Date(one.at) })),
  voicemails: voicemails.map((one) => ({ ...one, at: new Date(one.at) })),
  text: text && { state: text.state, at: text.at ? new Date(text.at) : null },
})

/** Those that are owed, however old: the night hands them on to the next. */
export async function listOpenCallbacks(db: Reader, limit: number): Promise<CallbackView[]> {
  const { rows } = await sql<Stored>`
    ${VIEW} where b.state in ('due', 'claimed') order by b.due_at, b.id limit ${limit}`.execute(db)
  return rows.map(viewOf)
}

export async function listEndedCallbacks(db: Reader, since: Date, limit: number): Promise<CallbackView[]> {
  const { rows } = await sql<Stored>`
    ${VIEW} where b.ended_at >= ${since} order by b.ended_at desc, b.id desc limit ${limit}`.execute(db)
  return rows.map(viewOf)
}

/** @throws NotFound */
export async function viewCallback(db: Reader, id: CallbackId): Promise<CallbackView> {
  const { rows } = await sql<Stored>`${VIEW} where b.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new NotFound()
  return viewOf(row)
}
