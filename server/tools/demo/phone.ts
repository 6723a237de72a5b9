import { randomUUID } from 'node:crypto'
import type { Insertable, Kysely } from 'kysely'
import { writeCti } from '../../calls/adapters/cti.ts'
import { event } from '../../calls/adapters/reading.ts'
import type { CallTables } from '../../calls/tables.ts'
import type { CustomerId, ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import { HOUR, MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import { shiftsAt } from '../../roster/queries.ts'
import type { Database, Tx } from '../../schema.ts'

const NUMBER = '400-000-1024'
/** How a night at the phone looks: minutes ago, whose number, how it ended, seconds of ring and talk. */
type Told = {
  ago: number
  from: string | null
  how: 'answered' | 'missed' | 'abandoned' | 'voicemail' | 'rejected'
  ring: number
  talk?: number
  score?: number
  logged?: 'wrong_number' | 'silent'
  unlogged?: true
}
const NIGHT: readonly Told[] = [
  { ago: 412, from: '+8613800136027', how: 'answered', ring: 9, talk: 214, score: 5 },
  { ago: 377, from: '+8613912340052', how: 'answered', ring: 14, talk: 96 },
  { ago: 351, from: '95588', how: 'answered', ring: 6, talk: 12, logged: 'wrong_number' },
  { ago: 298, from: '+8613800131188', how: 'answered', ring: 22, talk: 341, score: 4 },
  { ago: 262, from: '+8613700137004', how: 'abandoned', ring: 11 },
  { ago: 259, from: '+8613700137004', how: 'answered', ring: 8, talk: 187, score: 5 },
  { ago: 214, from: null, how: 'answered', ring: 12, talk: 33, logged: 'silent' },
  { ago: 171, from: '+8613600136219', how: 'answered', ring: 17, talk: 402, score: 3 },
  { ago: 128, from: '+8618612340077', how: 'rejected', ring: 0 },
  { ago: 96, from: '+8613800136027', how: 'answered', ring: 7, talk: 125 },
  { ago: 64, from: '+861085551234', how: 'missed', ring: 45 },
  { ago: 51, from: '+861085551234', how: 'abandoned', ring: 19 },
  { ago: 33, from: '+8613500135566', how: 'voicemail', ring: 30 },
  { ago: 21, from: '+8613800139910', how: 'answered', ring: 10, talk: 248, unlogged: true },
  { ago: 6, from: '+14155552671', how: 'abandoned', ring: 24 },
]

/** A line, the calls of a night, and whom somebody still has to call back. */
export async function tellPhone(tx: Tx): Promise<void> {
  const { db, now } = tx
  const agents = (await shiftsAt(db, now)).filter(({ post }) => post === 'service')
  const line = await db
    .insertInto('phone_lines')
    .values({
      name: '夜班热线 Night line',
      number: NUMBER,
      adapter: 'cti',
      token_hash: hashOf(newToken()),
      secret: null,
      addresses: [],
      recording_hosts: ['pbx.clearbrook.example'],
      voicemail: true,
      ring_seconds: 30,
      made_at: plus(now, -30 * 24 * HOUR),
      made_by: null,
      heard_at: plus(now, -6 * MINUTE),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (agents.length > 0)
    await db
      .insertInto('phone_extensions')
      .values(agents.map(({ staffId }, n) => ({ extension: String(801 + n), staff_id: staffId, set_at: now })))
      .execute()
  const tickets = await phoneTickets(db)
  const said: Said[] = []
  for (const [n, told] of NIGHT.entries()) {
    const agent = agents[n % Math.max(1, agents.length)]
    const ticket =
      told.how === 'answered' && !told.logged && !told.unlogged ? tickets[n % Math.max(1, tickets.length)] : undefined
    said.push(...(await ring(tx, told, { lineId: line.id, agent, ticket, extension: String(801 + (n % 4)) })))
  }
  await db.insertInto('call_events').values(said).execute()
  await owe(tx, line.id)
}

/** Requests that came by phone, so that calls have somewhere to belong. */
async function phoneTickets(db: Kysely<Database>): Promise<{ id: TicketId; customerId: CustomerId }[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'customer_id'])
    .where('state', 'in', ['resolved', 'closed', 'open'])
    .orderBy('id')
    .limit(8)
    .execute()
  return rows.map((row) => ({ id: row.id as TicketId, customerId: row.customer_id as CustomerId }))
}

type Said = Insertable<CallTables['call_events']>
type Around = {
  lineId: string
  extension: string
  agent: { staffId: StaffId; id: ShiftId } | undefined
  ticket: { id: TicketId; customerId: CustomerId } | undefined
}
/** A call, and what the line said of it. */
async function ring({ db, now }: Tx, told: Told, { lineId, extension, agent, ticket }: Around): Promise<Said[]> {
  const rang = plus(now, -told.ago * MINUTE)
  const answered = told.how === 'answered' && agent ? plus(rang, told.ring * SECOND) : null
  const over = plus(answered ?? rang, (answered ? (told.talk ?? 0) : told.ring) * SECOND)
  const logged = answered && !told.unlogged ? plus(over, 40 * SECOND) : null
  const cause = told.how === 'abandoned' ? 'cancel' : told.how === 'missed' ? 'noAnswer' : 'normalClearing'
  const callKey = randomUUID()
  const row = await db
    .insertInto('calls')
    .values({
      line_id: lineId,
      call_key: callKey,
      direction: 'in',
      state: answered ? 'ended' : told.how === 'answered' ? 'missed' : told.how,
      number: told.from,
      called: NUMBER,
      queue: null,
      users: [],
      test: false,
      began_at: rang,
      rang_at: rang,
      answered_at: answered,
      voicemail_at: told.how === 'voicemail' ? over : null,
      ended_at: over,
      cause,
      rejected_at: told.how === 'rejected' ? rang : null,
      rejected_why: told.how === 'rejected' ? 'banned' : null,
      closes_at: null,
      answered_by: answered ? (agent?.staffId ?? null) : null,
      answered_user: null,
      shift_id: answered ? (agent?.id ?? null) : null,
      ticket_id: logged && !told.logged ? (ticket?.id ?? null) : null,
      customer_id: logged && !told.logged ? (ticket?.customerId ?? null) : null,
      logged_at: logged && (told.logged || ticket) ? logged : null,
      logged_by: logged && (told.logged || ticket) ? (agent?.staffId ?? null) : null,
      logged_as: logged ? (told.logged ?? (ticket ? 'ticket' : null)) : null,
      score: told.score ?? null,
      score_at: told.score ? over : null,
      score_landed: told.score !== undefined,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const base = { callKey, direction: 'in', from: told.from ?? 'anonymous', to: NUMBER } as const
  const lifted = answered ? extension : told.how === 'voicemail' ? 'voicemail' : ''
  const events = [
    event({ ...base, name: 'newCall', at: rang }),
    ...(lifted ? [event({ ...base, name: 'answer', answeredUser: lifted, at: answered ?? over })] : []),
    event({ ...base, name: 'hangup', answeredUser: lifted, cause: told.how === 'rejected' ? 'busy' : cause, at: over }),
  ]
  return events.map((one) => ({
    line_id: lineId,
    call_id: row.id,
    key: `call:${callKey}:${one.name}`,
    name: one.name,
    outcome: 'taken',
    at: one.at ?? now,
    digit: null,
    received_at: one.at ?? now,
    raw: JSON.stringify(writeCti(one)),
  }))
}

/** Whoever nobody has spoken with since: one overdue who rang twice, one with a voicemail, one just now. */
async function owe({ db, now }: Tx, lineId: string): Promise<void> {
  const open = await db
    .selectFrom('calls')
    .select(['id', 'number', 'began_at'])
    .where('line_id', '=', lineId)
    .where('state', 'in', ['missed', 'abandoned', 'voicemail'])
    .where('began_at', '>', plus(now, -90 * MINUTE))
    .orderBy('began_at')
    .execute()
  for (const number of new Set(open.flatMap((one) => (one.number ? [one.number] : [])))) {
    const mine = open.filter((one) => one.number === number)
    const first = mine[0]?.began_at ?? now
    const due = plus(first, 10 * MINUTE)
    const { id } = await db
      .insertInto('callbacks')
      .values({
        number,
        line_id: lineId,
        state: 'due',
        times: mine.length,
        opened_at: first,
        last_at: mine.at(-1)?.began_at ?? first,
        due_at: due,
        // Whoever looks at the demo is told of nothing that was overdue before they came.
        overdue_at: due <= now ? due : null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db
      .updateTable('calls')
      .set({ callback_id: id })
      .where(
        'id',
        'in',
        mine.map((one) => one.id),
      )
      .execute()
  }
}
