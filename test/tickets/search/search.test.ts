import fc from 'fast-check'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import type { Database } from '../../../server/schema.ts'
import { getTicket } from '../../../server/tickets/queries.ts'
import {
  findByNumber,
  findCustomers,
  findPlaces,
  type Narrowed,
  type PlaceKind,
} from '../../../server/tickets/search/queries.ts'
import { readWanted } from '../../../server/tickets/search/rules.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { hire, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let suQing: Visitor

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
})

const EVERYTHING: Narrowed = { states: [], departmentId: null, hadBy: null, heldBy: null, since: null }
const wish = (typed: string, narrowed: Partial<Narrowed> = {}) => ({
  wanted: readWanted(typed),
  narrowed: { ...EVERYTHING, ...narrowed },
  before: null as string | null,
  limit: 10,
})
const places = (kind: PlaceKind, typed: string, narrowed: Partial<Narrowed> = {}) =>
  findPlaces(database.db, [{ kind, limit: 10 }], wish(typed, narrowed))
const said = async (typed: string, narrowed: Partial<Narrowed> = {}) =>
  (await places('messages', typed, narrowed)).map(({ text }) => text)
const customers = async (typed: string) =>
  (await findCustomers(database.db, wish(typed))).map(({ customerName }) => customerName)

test('what was said is found at once by two letters of Chinese, by the beginning of a word, in any case', async () => {
  const id = await does.ask(suQing, '光猫红灯一直闪 Router TL-WR886')
  for (const found of ['红灯', '灯', '光猫红灯', 'rout', 'ROUTER', 'wr886', 'TL-WR886', '红灯 router'])
    expect(await said(found), found).toEqual(['光猫红灯一直闪 Router TL-WR886'])
  for (const other of ['光灯', '红光', 'outer', '红灯 账单', 'routers', '“红灯 router”'])
    expect(await said(other), other).toEqual([])
  const [place] = await places('messages', '红灯')
  expect(place).toMatchObject({ ticketId: id, seq: 1, customerName: '苏晴', state: 'queued', by: null })
})

test('signs that mean something to a pattern mean themselves', async () => {
  await does.ask(suQing, '电量 100% 就是 a_b 路径 C:\\temp 😀 f(x) = [1+2]*')
  for (const found of ['f(x)', '“= [1+2]*”', '1+2]*', '100%', 'a_b', 'c:\\temp', '电量 😀', '电量 %'])
    expect(await said(found), found).toHaveLength(1)
  for (const other of ['10%', '电_', '电%量', 'a%b', '电量 🙂', '路径 c:.temp', 'a.b'])
    expect(await said(other), other).toHaveLength(0)
})

test('what the house says is not looked through, and whoever wrote is named', async () => {
  const id = await does.ask(suQing, '账单多扣了')
  const epoch = await does.take(id, mei)
  await does.say(id, mei, epoch, '马上替您核对账单')
  const found = await places('messages', '账单')
  expect(found.map(({ text, by }) => [text, by?.name])).toEqual([
    ['马上替您核对账单', '林玫'],
    ['账单多扣了', undefined],
  ])
  expect(await said('接入')).toEqual([])
})

test('notes, and how it was solved, are found in lists of their own', async () => {
  const id = await does.ask(suQing, '上不了网')
  const epoch = await does.take(id, mei)
  await database.db
    .insertInto('notes')
    .values({
      ticket_id: id,
      staff_id: mei,
      client_id: crypto.randomUUID(),
      after_seq: 1,
      body: '机房端口烧坏',
      at: clock.now(),
    })
    .execute()
  await does.describe(id, mei, epoch)
  expect(await said('端口')).toEqual([])
  expect(await places('notes', '端口')).toMatchObject([{ ticketId: id, text: '机房端口烧坏', by: { name: '林玫' } }])
  expect(await places('solutions', '恢复 宽带')).toMatchObject([{ ticketId: id, text: '恢复宽带 · 已恢复' }])
})

test('a customer is found by a part of the name, an e-mail or its beginning, a phone from its beginning or its last digits', async () => {
  await does.ask(suQing)
  const li = await welcome(database.db, 'Li Lei')
  await does.ask(li)
  const contact = (who: Visitor, kind: 'phone' | 'email', value: string) =>
    database.db
      .insertInto('contacts')
      .values({ customer_id: who.customerId, kind, value, verified_at: null, created_at: clock.now() })
      .execute()
  await contact(suQing, 'phone', '+8613800138000')
  await contact(li, 'email', 'li.lei@example.com')
  for (const found of ['晴', '苏晴', '138 0013', '13800138000', '+86 138-0013-8000', '8000', '0086138'])
    expect(await customers(found), found).toEqual(['苏晴'])
  for (const found of ['lei', 'li lei', 'li.lei@example.com', 'LI.LEI', 'li.'])
    expect(await customers(found), found).toEqual(['Li Lei'])
  for (const other of ['0013', '5%', 'example.com', '_i.lei@example.com', '9999'])
    expect(await customers(other), other).toEqual([])
})

test('a number opens its ticket, also one whose words nobody remembers', async () => {
  const id = await does.ask(suQing)
  const { number } = await getTicket(database.db, id)
  expect((await findByNumber(database.db, readWanted(number.slice(3)).number ?? '', null))?.ticketId).toBe(id)
  expect(await findByNumber(database.db, 'NT-99999', null)).toBeUndefined()
})

test('it is narrowed to a state, a department, tickets that I had, a period, and to what I hold where I may not read more', async () => {
  const wei = await hire(database.db, '张伟')
  const waiting = await does.ask(suQing, '账单一')
  const mine = await does.ask(await welcome(database.db, '李雷'), '账单二')
  await does.take(mine, mei)
  expect(await said('账单', { states: ['queued'] })).toEqual(['账单一'])
  expect(await said('账单', { hadBy: mei })).toEqual(['账单二'])
  expect(await said('账单', { hadBy: wei })).toEqual([])
  expect(await said('账单', { heldBy: mei })).toEqual(['账单二'])
  expect(await findByNumber(database.db, (await getTicket(database.db, waiting)).number, mei)).toBeUndefined()
  const { department_id } = await database.db
    .selectFrom('staff')
    .select('department_id')
    .where('id', '=', mei)
    .executeTakeFirstOrThrow()
  expect(await said('账单', { departmentId: department_id })).toEqual(['账单二'])
  expect(await said('账单', { departmentId: '999' })).toEqual([])
  expect(await said('账单', { since: clock.now() })).toHaveLength(2)
  expect(await said('账单', { since: new Date(clock.now().getTime() + 1) })).toEqual([])
})

/** Twenty thousand conversations as one statement writes them; the newest half thousand of another kind. */
const SEED = [
  `insert into customers (name, language, created_at) select '顾客' || n, 'zh-CN', now() from generate_series(1, 20000) n`,
  `insert into tickets (state, customer_id, channel, language, subject, place_at, created_at, last_message_at)
    select 'closed', c.id, 'web', 'zh-CN', 'x', now(), now(), now() from customers c where c.name like '顾客%'`,
  `insert into messages (ticket_id, seq, round, author, client_id, body, at)
    select t.id, 1, 1, 'customer', gen_random_uuid(), '网速很慢' || case when row_number() over (order by t.id) % 10 = 0 then '，账单不对' else '' end
      || case when row_number() over (order by t.id) = 77 then '，蓝鲸' else '' end, now() from tickets t where t.subject = 'x' order by t.id`,
  // Notes as well: of a table that is known to be empty no index is asked.
  `insert into notes (ticket_id, staff_id, client_id, after_seq, body, at)
    select t.id, (select min(id) from staff), gen_random_uuid(), 1, '客户说光猫已换', now() from tickets t where t.subject = 'x' order by t.id`,
  'vacuum analyze messages, tickets, customers, notes',
]
const seed = async (): Promise<void> => {
  for (const statement of SEED) await sql.raw(statement).execute(database.db)
}

test('among twenty thousand, a rare word and a common one are found, page by page, without a gap and newest first', async () => {
  await seed()
  expect(await said('蓝鲸')).toHaveLength(1)
  const ids: string[] = []
  for (let before: string | null = null; ; ) {
    const page = await findPlaces(database.db, [{ kind: 'messages', limit: 400 }], { ...wish('账单'), before })
    ids.push(...page.map(({ id }) => id))
    before = page.at(-1)?.id ?? null
    if (page.length < 400) break
  }
  expect(ids).toHaveLength(2000)
  expect(ids).toEqual(ids.toSorted((a, b) => Number(b) - Number(a)))
  expect(new Set(ids).size).toBe(2000)
})

test('seldom words and old ones are found by their index, common ones by reading back, and no other way', async () => {
  await seed()
  const asked: { sql: string; parameters: readonly unknown[] }[] = []
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void asked.push({ sql: query.sql, parameters: query.parameters }),
  })
  try {
    const kinds = (['messages', 'notes', 'solutions'] as const).map((kind) => ({ kind, limit: 10 }))
    await findPlaces(db, kinds, wish('网速'))
    await findPlaces(db, kinds, wish('蓝鲸'))
    await findCustomers(db, wish('顾客777'))
    await findCustomers(db, wish('13800138000'))
    const plans = []
    for (const { sql: text, parameters } of asked.filter((one) => !one.sql.includes('pg_stats'))) {
      const { rows } = await pool.query(`explain ${text}`, [...parameters])
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
    }
    expect(plans[0]).toContain('Bitmap Index Scan on messages_words')
    expect(plans[0]).toContain('Index Scan Backward using messages_pkey')
    expect(plans[0]).not.toContain('Seq Scan on messages')
    for (const index of ['notes_words', 'tickets_words']) expect(plans[0]).toContain(`Bitmap Index Scan on ${index}`)
    expect(plans[1]).toContain('Bitmap Index Scan on messages_words')
    expect(plans[0]).toContain('- 2500')
    expect(plans[1]).not.toContain('- 2500')
    expect(plans[2]).toContain('Bitmap Index Scan on customers_words')
    expect(plans[3]).not.toContain('Seq Scan on customers')
  } finally {
    await db.destroy()
  }
})

test('each piece of any text that begins a word is found by the index, whatever the scripts and signs around it', async () => {
  const letter = fc.constantFrom(...Array.from('宽带断了光猫红灯ab9AÉßσΣжЖ한글かカ_%-。 \n😀'))
  const some = fc.array(letter, { minLength: 1, maxLength: 30 }).map((letters) => letters.join(''))
  const samples = fc.sample(fc.tuple(some, fc.nat(29), fc.nat(12)), { numRuns: 1500, seed: 7 })
  const asked = samples.flatMap(([text, from, length]) => {
    const letters = Array.from(text)
    const begin = from % letters.length
    const piece = letters.slice(begin, begin + 1 + length).join('')
    const inWord =
      /[\p{L}\p{N}]$/u.test(letters.slice(0, begin).join('')) &&
      !/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(piece)
    const { state, query } = readWanted(piece)
    return inWord || state !== 'words' ? [] : [{ text, query }]
  })
  expect(asked.length).toBeGreaterThan(400)
  const { rows } = await sql<{ text: string; query: string }>`
    select text, query from unnest(${asked.map(({ text }) => text)}::text[], ${asked.map(({ query }) => query)}::text[]) as a (text, query)
    where not words_of(text) @@ query::tsquery`.execute(database.db)
  expect(rows).toEqual([])
})

test('the longest text without a space is stored and found', async () => {
  await does.ask(suQing, 'x'.repeat(4000))
  expect(await said(`${'x'.repeat(150)}`)).toHaveLength(1)
  const id = await does.ask(await welcome(database.db, '李雷'), '字'.repeat(4000))
  expect(await places('messages', '字'.repeat(200))).toMatchObject([{ ticketId: id }])
})
