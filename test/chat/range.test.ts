import { sql } from 'kysely'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { liftCase } from '../../server/customers/abuse/actions.ts'
import { getCase } from '../../server/customers/abuse/queries.ts'
import type { AbuseCaseId, StaffId } from '../../server/kernel/ids.ts'
import { storeSetting } from '../../server/settings/queries.ts'
import { protection } from '../support/abuse.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, ack, aQuestion, call, openLine, type Ticket } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, publishTerms } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const lines: Socket[] = []
let house: House
let acts: ReturnType<typeof protection>
let manager: StaffId

/** Two households of one range, and one of another. */
const ABUSER = '198.51.100.7'
const NEIGHBOUR = '198.51.100.200'
const FAR = '203.0.113.5'

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  house = await startServer(database, clock, undefined, { trustedProxies: '127.0.0.1' })
  await publishTerms(database.db, clock.now())
  const set = (key: 'emergencyPhone' | 'dayDeskEmail', value: string) =>
    storeSetting(database.db, { key, value, by: null, at: clock.now() })
  await set('emergencyPhone', '400-000-1024')
  await set('dayDeskEmail', 'day@example.com')
  const [agent, lead, leader] = [
    await hire(database.db, 'Lin Mei'),
    await hire(database.db, 'Chen Zhou'),
    await hire(database.db, 'Gao Lan'),
  ]
  manager = lead
  acts = protection(house, { agent, manager, leader })
})
afterEach(async () => {
  for (const line of lines.splice(0)) line.disconnect()
  await house.close()
})

type Problem = { error: { code: string; message: string; network?: true; retryAfterSeconds?: number } }
type Told = { notice: Ticket['notice'] & { words: { text: string; form: unknown } }; phone: string | null }
class Visitor {
  token = ''
  readonly from: string
  constructor(from: string) {
    this.from = from
  }
  #call<Body>(method: string, path: string, body?: unknown) {
    return call<Body>(house.url, method, path, {
      headers: { 'x-forwarded-for': this.from, 'accept-language': 'en' },
      ...(this.token ? { token: this.token } : {}),
      ...(body === undefined ? {} : { body }),
    })
  }
  async arrive() {
    this.token = (await this.#call<{ token: string }>('POST', '/visitors', { language: 'en' })).body.token
    return this
  }
  ask = (words = {}) => this.#call<Asked & Problem>('POST', '/tickets', aQuestion(words))
  write = (id: string) => this.#call<Problem>('POST', `/tickets/${id}/messages`, word())
  notice = async () => (await this.#call<Told>('GET', '/notice')).body
  appeal = () => this.#call<Problem>('POST', '/appeal', { text: 'Why?' })
}
const word = () => ({ clientId: crypto.randomUUID(), body: 'Hello?' })
const visitor = (from: string) => new Visitor(from).arrive()
/** Somebody who asked, a moment later than whatever was before. */
const asking = async (from: string) => {
  const who = await visitor(from)
  const { body } = await who.ask({ contact: `${crypto.randomUUID()}@example.com` })
  clock.forward({ seconds: 61 })
  return { who, id: body.ticket.id }
}
const lift = async (id: AbuseCaseId) => {
  const { version } = await getCase(database.db, id)
  await house.deps.transact(as(manager, 'manager'), (tx) => liftCase(tx, id, { version, why: 'enough', how: 'eased' }))
}

test('a ban that holds for the range too is told to new visitors of it: their network, not they, and where to call', async () => {
  const { id } = await asking(ABUSER)
  await acts.banned(id, 7, true)
  const stranger = await visitor(NEIGHBOUR)
  const { status, body } = await stranger.ask()
  expect([status, body.error.code, body.error.network]).toEqual([422, 'abuse.banned', true])
  expect(body.error.message).toContain('your network that is limited, not you')
  expect(body.error.message).toContain('400-000-1024')
  const { notice, phone } = await stranger.notice()
  expect(phone).toBe('400-000-1024')
  expect(notice).toMatchObject({ state: 'banned', duty: 'other', appeal: null, network: { email: 'day@example.com' } })
  expect(notice.words.text).toContain('You reach us at day@example.com')
  expect(notice.words.form).toBeNull()
  expect((await stranger.appeal()).body.error.code).toBe('abuse.not_banned')
  expect((await (await visitor(FAR)).ask()).status).toBe(201)
})

test('it holds for nobody else unless it was ticked', async () => {
  const { id } = await asking(ABUSER)
  await acts.limited(id, 24, true)
  await acts.banned(id)
  expect((await (await visitor(NEIGHBOUR)).ask()).status).toBe(201)
})

test('a customer of the range who wrote before the case was flagged goes on as ever, in what is open and in what is new', async () => {
  const { who: known, id: theirs } = await asking(NEIGHBOUR)
  const { id } = await asking(ABUSER)
  await acts.banned(id, 7, true)
  expect((await known.write(theirs)).status).toBe(201)
  expect((await known.notice()).notice).toBeNull()
  await call(house.url, 'POST', `/tickets/${theirs}/ending`, { token: known.token })
  expect((await known.ask()).status).toBe(201)
})

test('an urgent case of a new visitor is taken without terms, and its conversation goes on at the pace of a limit', async () => {
  const { id } = await asking(ABUSER)
  await acts.banned(id, 7, true)
  clock.forward({ seconds: 1 })
  const stranger = await visitor(NEIGHBOUR)
  const { status, body } = await stranger.ask({ urgent: true, termsVersion: 0 })
  expect(status).toBe(201)
  expect(body.ticket.notice).toMatchObject({ state: 'limited', network: {} })
  clock.forward({ seconds: 60 })
  expect((await stranger.write(body.ticket.id)).status).toBe(201)
  const slow = await stranger.write(body.ticket.id)
  expect([slow.status, slow.body.error.code, slow.body.error.network]).toEqual([429, 'limited', true])
})

test('whoever was banned does not come back from the next window of the same network, nor by a line that was open', async () => {
  const { id } = await asking(ABUSER)
  await acts.flag(id)
  clock.forward({ seconds: 1 })
  const { who: second, id: other } = await asking(NEIGHBOUR)
  const socket = openLine(house.url, { token: second.token, language: 'en' }, { 'x-forwarded-for': NEIGHBOUR })
  lines.push(socket)
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  await acts.banned(id, 7, true)
  expect((await second.write(other)).body.error).toMatchObject({ code: 'abuse.banned', network: true })
  const live = await ack<Problem>(socket, 'message.post', { ticketId: other, ...word() })
  expect(live.error).toMatchObject({ code: 'abuse.banned', network: true })
})

test('a new visitor whose open request was shut with the network goes on in it once they say that it is urgent', async () => {
  const { id } = await asking(ABUSER)
  await acts.flag(id)
  clock.forward({ seconds: 1 })
  const { who: stranger, id: open } = await asking(NEIGHBOUR)
  await acts.banned(id, 7, true)
  expect((await stranger.write(open)).status).toBe(422)
  expect((await stranger.ask()).body.error.code).toBe('abuse.banned')
  expect((await stranger.ask({ urgent: true })).body.error.code).toBe('chat_open')
  expect((await stranger.write(open)).status).toBe(201)
})

test('where a visitor writes from is kept by either door', async () => {
  const { who, id } = await asking(FAR)
  const before = await ranges()
  const socket = openLine(house.url, { token: who.token, language: 'en' }, { 'x-forwarded-for': NEIGHBOUR })
  lines.push(socket)
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  expect(await ranges()).toEqual(before)
  await ack(socket, 'message.post', { ticketId: id, ...word() })
  const moved = await ranges()
  expect(moved).not.toEqual(before)
  await who.write(id)
  expect(await ranges()).toEqual(before)
})
const ranges = async () =>
  (await database.db.selectFrom('visitors').select('range_hash').orderBy('id').execute()).map(({ range_hash: hash }) =>
    hash?.toString('hex'),
  )

test('it ends with the measure, at its second, and with a lift', async () => {
  const { id } = await asking(ABUSER)
  await acts.limited(id, 24, true)
  const begun = clock.now()
  const first = await visitor(NEIGHBOUR)
  expect((await first.notice()).notice?.state).toBe('limited')
  clock.set(new Date(begun.getTime() + 24 * 3_600_000 - 1000))
  expect((await first.notice()).notice?.state).toBe('limited')
  clock.forward({ seconds: 1 })
  expect((await first.notice()).notice).toBeNull()

  clock.set(begun)
  const caseId = await acts.banned(id, 7, true)
  expect((await first.ask()).status).toBe(422)
  await lift(caseId)
  expect((await first.ask()).status).toBe(201)
})

test('new visitors of a limited range ask one after the other, whoever they say they are; a known one and another range do not wait', async () => {
  const { who: known, id: theirs } = await asking('198.51.100.90')
  await call(house.url, 'POST', `/tickets/${theirs}/ending`, { token: known.token })
  const { id } = await asking(ABUSER)
  await acts.limited(id, 24, true)
  clock.forward({ seconds: 1 })
  expect((await (await visitor(NEIGHBOUR)).ask()).status).toBe(201)
  const next = await (await visitor('198.51.100.9')).ask()
  expect([next.status, next.body.error.code, next.body.error.network]).toEqual([429, 'limited', true])
  expect((await known.ask()).status).toBe(201)
  expect((await (await visitor(FAR)).ask()).status).toBe(201)
})

test('a range that many customers share is refused in words; what is shared by fewer may be taken', async () => {
  for (let n = 1; n <= 6; n++) await asking(`198.51.100.${n + 20}`)
  const { id } = await asking(ABUSER)
  await expect(acts.limited(id, 24, true)).rejects.toMatchObject({
    code: 'abuse.range_shared',
    field: 'range',
    details: { count: 6, most: 5 },
  })
  await storeSetting(database.db, { key: 'abuseRangeMost', value: 6, by: null, at: clock.now() })
  await acts.limited(id, 24, true)
})

test('no address stands anywhere: not in the database, not in what was announced', async () => {
  const { id } = await asking(ABUSER)
  await acts.banned(id, 7, true)
  await (await visitor(NEIGHBOUR)).ask()
  const { rows } = await sql<{ table: string }>`
    select table_name as table from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    database.db,
  )
  for (const { table } of rows) {
    const { rows: found } = await sql`select 1 from ${sql.table(table)} t where t::text like '%198.51.100%'`.execute(
      database.db,
    )
    expect(found, table).toEqual([])
  }
})

/** As it arrives from a peer, without the way there. */
const newcomer = async (from: string): Promise<Response> => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ language: 'en' })
  const incoming = { socket: { remoteAddress: from }, headers }
  return house.app.request('/api/v1/visitors', { method: 'POST', headers, body }, { incoming })
}

test('one range at full speed, from as many addresses as it has, is stopped at its 600 a minute and takes no place of others', async () => {
  let done = 0
  const flood = Array.from({ length: 700 }, (_, n) =>
    newcomer(`2001:db8:0:1${(n % 256).toString(16).padStart(2, '0')}::1`).then(({ status }) => {
      done++
      return status
    }),
  )
  for (let n = 0; n < 10; n++) expect((await newcomer(`203.0.113.${n}`)).status).toBe(201)
  expect(done, 'of the flood are answered when ten of another range are').toBeLessThan(400)
  const statuses = await Promise.all(flood)
  expect(statuses.filter((status) => status === 201)).toHaveLength(600)
  expect(statuses.filter((status) => status === 429)).toHaveLength(100)
  expect((await newcomer('2001:db8:0:200::1')).status).toBe(201)
}, 30_000)
