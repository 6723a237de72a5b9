import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { loadOf } from '../../server/desk/rules.ts'
import { judge } from '../../server/roster/checker/rules.ts'
import { listCells } from '../../server/roster/months/cells/queries.ts'
import { readFacts } from '../../server/roster/months/facts/queries.ts'
import { currentSettings } from '../../server/settings/queries.ts'
import { RATING_REASONS } from '../../server/tickets/ratings/rules.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { tellMailed } from '../../server/tools/demo/mailed.ts'
import { draftNextMonth } from '../../server/tools/demo/months.ts'
import { tellPast } from '../../server/tools/demo/past.ts'
import { PEOPLE } from '../../server/tools/demo/people.ts'
import { extendDemoRoster } from '../../server/tools/demo/sweep.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
const config = readConfig({})
const seed = () => seedDemo({ transact, config })

beforeEach(() => clock.set(TWO_FOURTEEN))

const tickets = () => database.db.selectFrom('tickets').selectAll().execute()
const count = async (table: 'staff' | 'shifts' | 'tickets' | 'departments' | 'report_nights') =>
  Number(
    (
      await database.db
        .selectFrom(table)
        .select((s) => s.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )

test('about forty people in six departments with ranks, and thirty-one requests in all states in both languages', async () => {
  expect(await seed()).toBe(true)
  expect(await count('departments')).toBe(6)
  expect(await count('staff')).toBe(PEOPLE.length)
  expect(PEOPLE.length).toBeGreaterThanOrEqual(36)
  expect(new Set(PEOPLE.map(({ rank }) => rank))).toEqual(new Set(['staff', 'supervisor', 'manager', 'vice_president']))
  const all = await tickets()
  expect(all).toHaveLength(31)
  expect(new Set(all.map(({ state }) => state))).toEqual(
    new Set(['new', 'queued', 'open', 'resolved', 'closed', 'spam']),
  )
  expect(all.filter(({ language }) => language === 'en').length).toBeGreaterThanOrEqual(8)
  expect(all.filter(({ language }) => language === 'zh-CN').length).toBeGreaterThanOrEqual(8)
  expect(all.some(({ complained_at }) => complained_at)).toBe(true)
  const topics = await database.db
    .selectFrom('tickets as t')
    .innerJoin('categories as k', 'k.id', 't.category_id')
    .select('k.code')
    .distinct()
    .execute()
  const codes = topics.map(({ code }) => code.split('-')[0])
  for (const wanted of ['broadband', 'dns', 'billing', 'cloud', 'mail']) expect(codes).toContain(wanted)
})

test('whoever the sign-in page lists has a hand free for what a newcomer asks, twice', async () => {
  await seed()
  const { capacity, waitingOnCustomerLoad } = await currentSettings(database.db)
  const { rows } = await sql<Parameters<typeof loadOf>[0]>`
    select count(*) filter (where t.waiting_on = 'us')::int as "waitingOnUs",
      count(*) filter (where t.waiting_on = 'customer')::int as "waitingOnCustomer"
    from assignments g join tickets t on t.id = g.ticket_id where g.ended_at is null group by g.staff_id`.execute(
    database.db,
  )
  expect(rows).toHaveLength(2)
  for (const load of rows) expect(loadOf(load, { waitingOnCustomerLoad }) + 2).toBeLessThanOrEqual(capacity)
})

test('departments and the technician have requests in every state, with what was promised, and a complaint waits for the duty manager', async () => {
  await seed()
  const { db } = database
  const requests = await db.selectFrom('escalations').selectAll().orderBy('id').execute()
  expect(requests.map(({ state }) => state).sort()).toEqual([
    'accepted',
    'accepted',
    'answered',
    'asked_back',
    'returned',
    'sent',
    'sent',
  ])
  expect(requests.filter(({ post }) => post === 'technician')).toMatchObject([{ state: 'sent' }])
  const overdue = requests.filter(({ state, promised_at: at }) => state === 'accepted' && at && at < clock.now())
  expect(overdue).toHaveLength(1)
  expect(await db.selectFrom('escalation_notes').select('side').execute()).toEqual([{ side: 'department' }])
  expect(await db.selectFrom('promises').select('state').execute()).toHaveLength(6)
  expect(await db.selectFrom('ticket_holds').select('ref').execute()).toHaveLength(6)
  const [complaint, ...more] = await db.selectFrom('incidents').selectAll().execute()
  expect(complaint).toMatchObject({ kind: 'complaint', state: 'open' })
  expect(more).toEqual([])
  expect(await db.selectFrom('alarms').select(['kind', 'ticket_id']).execute()).toEqual([
    { kind: 'complaint', ticket_id: complaint?.ticket_id },
  ])
})

test('seeding twice, or from two programs at once, is seeding once', async () => {
  const both = await Promise.all([seed(), seed()])
  expect(both.toSorted()).toEqual([false, true])
  const before = [await count('staff'), await count('shifts'), await count('tickets')]
  expect(await seed()).toBe(false)
  expect([await count('staff'), await count('shifts'), await count('tickets')]).toEqual(before)
})

test('three programs that tell of the past at once tell it once, and none of them ends over it', async () => {
  await seed()
  await Promise.all([1, 2, 3].map(() => tellPast({ transact, config })))
  const told = await database.db
    .selectFrom('tickets')
    .select((s) => s.fn.countAll<string>().as('n'))
    .where('number', '=', 'NT-20001')
    .executeTakeFirstOrThrow()
  expect(told.n).toBe('1')
})

test('the past of the demo leaves nothing late before its time, and nights that were counted without it are counted anew', async () => {
  await seed()
  const { db } = database
  await db.insertInto('report_nights').values({ night: '2026-11-20', counted_at: clock.now() }).execute()
  await tellPast({ transact, config })
  const early = await db
    .selectFrom('obligations')
    .select(['kind', 'subject', 'due_at'])
    .where('state', 'in', ['late', 'missed'])
    .where('due_at', '>', clock.now())
    .execute()
  expect(early).toEqual([])
  expect(await count('report_nights')).toBe(0)
  const nights = await sql<{ n: string }>`
    select count(*)::text as n from tickets where number like 'NT-2____' and created_at >= ${clock.now()}::timestamptz - interval '15 days'
    group by ((created_at at time zone ${config.timeZone}) - interval '12 hours')::date order by min(created_at)`.execute(
    database.db,
  )
  // The first is cut by the fortnight, the last is tonight.
  for (const { n } of nights.rows.slice(1, -1)) expect(Number(n)).toBeGreaterThan(25)
})

test('one conversation was opened and continued by mail, and letters of several kinds lie where a newcomer reads them, none to be sent', async () => {
  await seed()
  const told = () => tellMailed({ transact, config })
  await Promise.all([told(), told()])
  await told()
  const { db } = database
  const letters = await db.selectFrom('incoming_mails').selectAll().orderBy('id').execute()
  expect(letters.map(({ state, opened, reason }) => [state, opened, reason])).toEqual([
    ['taken', true, null],
    ['taken', false, null],
    ['refused', false, 'list'],
  ])
  const about = letters[0]?.ticket_id ?? ''
  const ticket = await db.selectFrom('tickets').select(['channel', 'state']).where('id', '=', about).executeTakeFirst()
  expect(ticket).toEqual({ channel: 'mail', state: 'open' })
  const kept = await db
    .selectFrom('outgoing_mails')
    .select(['kind', 'state', 'error', 'ticket_id'])
    .orderBy('id')
    .execute()
  expect(new Set(kept.map(({ kind }) => kind))).toEqual(
    new Set(['unread', 'escalation', 'verification', 'transcript', 'brief']),
  )
  const answers = kept.filter(({ kind, ticket_id }) => kind === 'unread' && ticket_id === about)
  // The first was answered, so it has arrived.
  expect(answers.map(({ state }) => state)).toEqual(['sent', 'kept'])
  expect(kept.filter(({ state, error }) => state !== 'sent' && (state !== 'kept' || error !== 'no_server'))).toEqual([])
  const made = await db.selectFrom('outgoing_mails').select('made_at').execute()
  expect(made.filter(({ made_at }) => made_at >= clock.now())).toEqual([])
})

test('this month stands as HR published it, and next month is a draft in work with wishes, leave and needs', async () => {
  await seed()
  await draftNextMonth({ transact, config })
  const { db } = database
  const months = await db.selectFrom('roster_months').select(['month', 'state', 'version']).orderBy('month').execute()
  expect(months).toEqual([
    { month: '2026-11', state: 'published', version: 1 },
    { month: '2026-12', state: 'draft', version: 0 },
  ])
  const published = await judged('2026-11')
  expect(published.cells.filter(({ backup }) => !backup)).toHaveLength(300)
  expect(published.findings.filter(({ weight }) => weight === 'barred')).toEqual([])
  expect(published.findings.filter(({ weight }) => weight === 'hard').length).toBeLessThan(20)
  const draft = await judged('2026-12')
  expect(draft.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['heads_short', 'manager_none']))
  expect(draft.cells.some(({ locked }) => locked)).toBe(true)
  expect(draft.facts.people.filter(({ leave }) => leave.length > 0)).toHaveLength(4)
  expect(draft.facts.people.filter(({ wishes }) => wishes.length > 0).length).toBeGreaterThan(10)
  expect(draft.facts.nights.filter(({ gapReasons }) => gapReasons.service)).toHaveLength(1)
  expect(await db.selectFrom('roster_inputs').select('month').execute()).toHaveLength(2)
  const asked = await db.selectFrom('shift_confirmations').select('state').execute()
  expect(new Set(asked.map(({ state }) => state))).toEqual(
    new Set(['confirmed', 'notified', 'unconfirmed', 'swap_needed']),
  )
})

test('what HR has begun to change of the demo stays, and the next month follows when its time has come', async () => {
  await seed()
  await draftNextMonth({ transact, config })
  const [cell] = await database.db.selectFrom('roster_cells').selectAll().where('month', '=', '2026-12').execute()
  await database.db
    .deleteFrom('roster_cells')
    .where('id', '=', cell?.id ?? '0')
    .execute()
  const cells = await database.db.selectFrom('roster_cells').select('id').where('month', '=', '2026-12').execute()
  await extendDemoRoster({ transact, config })
  await draftNextMonth({ transact, config })
  expect(await database.db.selectFrom('roster_cells').select('id').where('month', '=', '2026-12').execute()).toEqual(
    cells,
  )
  clock.set('2026-12-02T12:00:00+08:00')
  await extendDemoRoster({ transact, config })
  await draftNextMonth({ transact, config })
  const months = await database.db.selectFrom('roster_months').select(['month', 'state']).orderBy('month').execute()
  expect(months).toEqual([
    { month: '2026-11', state: 'published' },
    { month: '2026-12', state: 'published' },
    { month: '2027-01', state: 'draft' },
  ])
})

async function judged(month: string) {
  const facts = await readFacts(database.db, month, { now: clock.now(), zone: config.timeZone })
  const cells = await listCells(database.db, month)
  return { facts, cells, findings: judge(facts, cells) }
}

test('a company of people who really work there is left alone', async () => {
  await hire(database.db, '王真')
  expect(await seed()).toBe(false)
  await extendDemoRoster({ transact, config })
  expect([await count('staff'), await count('shifts'), await count('tickets')]).toEqual([1, 0, 0])
})

test.each([
  ['in the night', TWO_FOURTEEN],
  ['in the morning', '2026-11-24T07:05:00+08:00'],
  ['in the afternoon', '2026-11-24T15:30:00+08:00'],
  ['when the night has just begun', '2026-11-24T22:03:00+08:00'],
])(
  'seeded %s, nothing of the history is still to come and everything that was answered has who answered',
  async (_, at) => {
    clock.set(at)
    await seed()
    const now = clock.now()
    const messages = await database.db.selectFrom('messages').selectAll().orderBy('ticket_id').orderBy('seq').execute()
    expect(messages.filter((message) => message.at > now)).toEqual([])
    const ratings = await database.db.selectFrom('ratings').selectAll().execute()
    expect(ratings.filter((rating) => rating.given_at && rating.given_at > now)).toEqual([])
    for (const { reasons } of ratings) for (const reason of reasons) expect(RATING_REASONS).toContain(reason)
    expect(ratings.filter(({ handlers }) => handlers.length === 0)).toEqual([])
    const assignments = await database.db
      .selectFrom('assignments as a')
      .innerJoin('shifts as s', 's.id', 'a.shift_id')
      .select(['a.ticket_id', 'a.opened_at', 'a.ended_at', 's.starts_at', 's.ends_at'])
      .execute()
    for (const ticket of await tickets()) {
      const mine = messages.filter(({ ticket_id }) => ticket_id === ticket.id)
      expect(mine.map(({ seq }) => seq)).toEqual(mine.map((_, n) => n + 1))
      expect(mine.map((message) => message.at.getTime())).toEqual(
        mine.map((message) => message.at.getTime()).toSorted((a, b) => a - b),
      )
      for (const instant of [ticket.created_at, ticket.resolved_at, ticket.closed_at])
        if (instant) expect(instant <= now, `${ticket.number} ${ticket.state}`).toBe(true)
      const handled = assignments.filter(({ ticket_id }) => ticket_id === ticket.id)
      const untouched = ticket.state === 'new' || ticket.state === 'queued'
      expect(handled.length > 0, `${ticket.number} ${ticket.state}`).toBe(!untouched)
      if (ticket.state === 'open') expect(handled.filter(({ ended_at }) => ended_at === null)).toHaveLength(1)
    }
  },
)
