import pg from 'pg'
import { expect, test } from 'vitest'
import { monthsToOpen } from '../../server/appraisal/months/rules.ts'
import { ownDatabase } from '../support/database.ts'
import { runProgram, stopProgram, untilReady } from '../support/program.ts'
import { childrenOf } from './children.ts'
import { until } from './night.ts'

const ZONE = 'Asia/Shanghai'
const PEOPLE = 1800
const database = ownDatabase('appraisal')

test('a program killed in the middle of counting a month goes on when it is started again, and so does the count apart; nobody is counted twice', async () => {
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    const environment = { DATABASE_URL: database.url }
    // On the 1st before noon the last month still runs: it is the one before that is over.
    const month = monthsToOpen(new Date(), ZONE, new Set()).at(-1) ?? ''
    await fillMonth(client, month)
    const one = async (text: string): Promise<string> =>
      String((await client.query({ text, rowMode: 'array' })).rows[0]?.[0])
    const counted = () => one('select count(*) from appraisals where pass = 1').then(Number)
    const killed = await runProgram(environment)
    await untilReady(killed)
    await until('the counting has begun', async () => (await counted()) >= 25)
    await stopProgram(killed, 'SIGKILL')
    expect(await counted()).toBeLessThan(PEOPLE)
    const again = await runProgram(environment)
    const apart = () => childrenOf('server/counting.ts', again.process.pid)
    const before = await counted()
    await until(
      'the counting goes on, in a process apart',
      async () => (await counted()) > before && apart().length > 0,
    )
    for (const pid of apart()) process.kill(pid, 'SIGKILL')
    expect(await counted()).toBeLessThan(PEOPLE)
    await until(
      'the month is counted',
      async () => (await one('select frozen_at is not null from appraisal_months')) === 'true',
    )
    await stopProgram(again)
    const { rows } = await client.query(
      `select count(distinct payload->>'staffId')::integer as people, count(*)::integer as frozen from events
       where name = 'appraisal.frozen' and (payload->>'pass')::integer = 1`,
    )
    expect(rows).toEqual([{ people: PEOPLE, frozen: PEOPLE }])
  } finally {
    await client.end()
  }
}, 180_000)

/** Many people with a few nights each in a month that is over. */
async function fillMonth(client: pg.Client, month: string): Promise<void> {
  for (const statement of [
    `insert into departments (code, name) values ('service', '{"zh-CN":"客户服务部","en":"Customer service"}')`,
    `insert into staff (number, login, name, name_en, password_hash, department_id, rank, posts, languages, created_at)
      select 'k' || lpad(n::text, 4, '0'), 'k' || n, '值班' || n, 'Agent ' || n, 'none', d.id, 'staff', '{service}', '{zh-CN}', '2026-01-01'
      from generate_series(1, ${PEOPLE}) n, departments d`,
    `insert into shifts (staff_id, post, during, night, kind, created_at)
      select p.id, 'service', tstzrange(d + interval '14 hours', d + interval '22 hours'), d::date, 'night', d
      from staff p cross join generate_series('${month}'::timestamp, '${month}'::timestamp + interval '4 days', interval '1 day') d`,
    `insert into attendances (shift_id, staff_id, checked_in_at, arrival, checked_out_at)
      select id, staff_id, starts_at, 'ready', ends_at from shifts`,
  ])
    await client.query(statement)
}
