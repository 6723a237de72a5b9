import { sql } from 'kysely'
import sharp from 'sharp'
import { flagCustomer, liftCase } from '../../server/customers/abuse/actions.ts'
import { getCase } from '../../server/customers/abuse/queries.ts'
import * as escalations from '../../server/escalations/actions.ts'
import { leaveLetters } from '../../server/escalations/letters.ts'
import { noteOnEscalation } from '../../server/escalations/notes/actions.ts'
import * as sending from '../../server/escalations/sending/actions.ts'
import { acknowledgeIncident, closeIncident, openComplaint, resolveIncident } from '../../server/incidents/actions.ts'
import { openIncidentsOf } from '../../server/incidents/queries.ts'
import type { DepartmentId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { writeReminder } from '../../server/notifications/reminders/letters.ts'
import { insertReminder } from '../../server/notifications/reminders/queries.ts'
import { system } from '../../server/platform/actor.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { closeTicket, resolveTicket } from '../../server/tickets/endings/actions.ts'
import { sendFile } from '../../server/tickets/files/actions.ts'
import { forgetIncoming } from '../../server/tickets/files/queries.ts'
import { addNote, postMessage, sayHouse } from '../../server/tickets/messages/actions.ts'
import { giveRating } from '../../server/tickets/ratings/actions.ts'
import { conversations } from './conversations.ts'
import { as, hire, topic, type Visitor, welcome } from './people.ts'
import type { QuietHouse } from './server.ts'

/** Stands wherever a customer's words can stand; found nowhere else. */
export const MARKER = 'zqx7marker'
const PLACE = { publicUrl: 'http://127.0.0.1:3000', zone: 'Asia/Shanghai' }

export type Life = { who: Visitor; ticketId: TicketId; mei: StaffId; wu: StaffId; picture: string }

/**
 * A customer who leaves the marker in everything that the house takes from them or says of them, by its own acts: question,
 * words, files, notes, need and result, a request to a department with letters, a complaint, a rating, a vote. Closed at the end.
 */
export async function aLife(house: QuietHouse): Promise<Life> {
  const { db, transact } = house.deps
  const does = conversations(house)
  const uuid = () => crypto.randomUUID()
  const mei = await hire(db, '林玫')
  const chen = await hire(db, '陈舟', { rank: 'supervisor' })
  const wu = await hire(db, '吴凯', { roles: ['handler'] })
  const who = await welcome(db, `苏${MARKER}`)
  await db
    .insertInto('contacts')
    .values([
      {
        customer_id: who.customerId,
        kind: 'email',
        value: `${MARKER}@example.com`,
        verified_at: null,
        created_at: house.deps.clock.now(),
      },
      {
        customer_id: who.customerId,
        kind: 'phone',
        value: '+8613812340041',
        verified_at: null,
        created_at: house.deps.clock.now(),
      },
    ])
    .execute()
  const ticketId = await does.ask(who, `${MARKER} 家里断网`, { cameFrom: `https://shop.example/${MARKER}` })
  const epoch = await does.take(ticketId, mei)
  await does.write(who, ticketId, `电话 13812340041 ${MARKER}`)
  await does.say(ticketId, mei, epoch, `${MARKER} 您好`)
  await transact(system, (tx) => sayHouse(tx, ticketId, 'taken', { name: '林玫', nameEn: 'Lin Mei', words: MARKER }))
  const picture = await aPicture(house, who, ticketId)
  await transact(as(mei), (tx) => addNote(tx, { ticketId, clientId: uuid(), body: `备注 ${MARKER}` }))

  await transact(system, (tx) => openComplaint(tx, ticketId))
  const incident = (await openIncidentsOf(db, ticketId))[0]?.id
  if (!incident) throw new Error('the complaint opened no incident')
  await transact(as(chen, 'manager'), (tx) => acknowledgeIncident(tx, incident))
  await transact(as(chen, 'manager'), (tx) => resolveIncident(tx, incident, { measures: MARKER, forCustomer: MARKER }))
  await transact(as(chen, 'manager'), (tx) => closeIncident(tx, incident))

  await aRequest(house, { ticketId, epoch, mei, wu })
  await aCase(house, { who, ticketId, mei, chen })
  const categoryId = await topic(db, `topic-${uuid()}`)
  await transact(as(mei), (tx) =>
    tickets.describeTicket(tx, ticketId, { epoch, categoryId, need: MARKER, result: MARKER }),
  )
  await transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))
  await transact(who.actor, (tx) =>
    giveRating(tx, ticketId, { service: 5, product: 4, reasons: [], comment: MARKER, source: 'request' }),
  )
  await aVote(house, who)
  await transact(system, async (tx) => {
    const about = { ticketId, promiseId: null, escalationId: null }
    await writeReminder(
      tx,
      await insertReminder(tx, { ...about, kind: 'follow_up', staffId: wu, part: 'handler', mail: 'due' }),
      PLACE,
    )
  })
  await transact(system, (tx) => closeTicket(tx, ticketId))
  await db
    .updateTable('tickets')
    .set({ state: 'closed', closed_at: house.deps.clock.now() })
    .where('id', '=', ticketId)
    .execute()
  return { who, ticketId, mei, wu, picture }
}

async function aPicture(house: QuietHouse, who: Visitor, ticketId: TicketId): Promise<string> {
  const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a40' } })
    .png()
    .toBuffer()
  const { db, files, clock, transact } = house.deps
  let id = ''
  const sending = { db, files, now: clock.now(), ticketId, author: 'customer' as const }
  for (const [name, content] of [
    [`${MARKER}.png`, bytes],
    ['log.txt', Buffer.from(`line 1 ${MARKER}`)],
  ] as const)
    await sendFile({
      ...sending,
      sent: { clientId: crypto.randomUUID(), name, bytes: content },
      post: (word) =>
        transact(who.actor, async (tx) => {
          id = word.file.file
          await forgetIncoming(tx, id)
          return postMessage(tx, { ticketId, by: { kind: 'customer' }, ...word })
        }),
    })
  return id
}

type Asking = { ticketId: TicketId; epoch: number; mei: StaffId; wu: StaffId }
async function aRequest(house: QuietHouse, { ticketId, epoch, mei, wu }: Asking): Promise<void> {
  const { db, transact, clock } = house.deps
  const research = (
    await db
      .insertInto('departments')
      .values({
        code: `research-${crypto.randomUUID()}`,
        name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id as DepartmentId
  await db.updateTable('staff').set({ department_id: research, email: 'wu@example.com' }).where('id', '=', wu).execute()
  const id = await transact(as(mei), (tx) => sending.decideEscalation(tx, ticketId, { epoch }))
  const promisedAt = new Date(clock.now().getTime() + 7_200_000)
  const target = { kind: 'department', departmentId: research, personId: null } as const
  const words = { need: MARKER, tried: MARKER, contact: `138 1234 0041 ${MARKER}` }
  await transact(as(mei), (tx) => sending.sendEscalation(tx, id, { epoch, target, ...words, promisedAt }))
  await transact(system, (tx) => leaveLetters(tx, id, PLACE))
  const handler = as(wu, null, ['handler'])
  const word = { clientId: crypto.randomUUID(), body: MARKER }
  await transact(handler, (tx) => escalations.acceptEscalation(tx, id))
  await transact(handler, (tx) => noteOnEscalation(tx, id, word))
  await transact(handler, (tx) => escalations.answerEscalation(tx, id, { result: MARKER, forCustomer: MARKER }))
  await transact(as(mei), (tx) =>
    escalations.tellCustomer(tx, id, { epoch, clientId: crypto.randomUUID(), body: MARKER }),
  )
}

type Abuse = { who: Visitor; ticketId: TicketId; mei: StaffId; chen: StaffId }
/** A customer is warned, limited, banned, appeals, and is answered: the case is over. */
async function aCase({ deps: { db, transact } }: QuietHouse, { who, ticketId, mei, chen }: Abuse): Promise<void> {
  const { customerId } = who
  const flag = { customerId, ticketId, reason: 'harassment' as const, note: MARKER, seqs: null, upto: 1 }
  const id = await transact(as(mei), (tx) => flagCustomer(tx, flag))
  const { version } = await getCase(db, id)
  await transact(as(chen, 'manager'), (tx) => liftCase(tx, id, { how: 'eased', why: MARKER, version }))
  await db.updateTable('abuse_cases').set({ appeal: MARKER, answer: MARKER }).where('id', '=', id).execute()
}

async function aVote({ deps: { db, clock } }: QuietHouse, who: Visitor): Promise<void> {
  const both = JSON.stringify({ 'zh-CN': '光猫', en: 'Modem' })
  const article = await db
    .insertInto('articles')
    .values({
      category_id: null,
      position: 1,
      state: 'draft',
      title: both,
      body: both,
      published_draft: null,
      version: null,
      saved_at: clock.now(),
      saved_by: null,
      state_since: clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('article_votes')
    .values({ article_id: article.id, visitor_id: who.visitorId, helpful: false, word: MARKER, at: clock.now() })
    .execute()
}

/** Every row of every table that holds this text, as `table: row`; and every file. */
export async function whereStands(house: QuietHouse, text: string): Promise<string[]> {
  const { db, files } = house.deps
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(
    db,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{
      row: string
    }>`select t::text as row from ${sql.table(name)} t where strpos(t::text, ${text}) > 0`.execute(db)
    found.push(...rows.map(({ row }) => `${name}: ${row}`))
  }
  for await (const { id } of files.list()) {
    const file = await files.get(id)
    const pieces: Buffer[] = []
    if (file) for await (const piece of file.content) pieces.push(Buffer.from(piece as Uint8Array))
    if (Buffer.concat(pieces).includes(text)) found.push(`file: ${id}`)
  }
  return found
}
