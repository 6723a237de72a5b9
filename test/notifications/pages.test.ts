import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { settleAlarm } from '../../server/desk/alarms/actions.ts'
import type { AlarmId, DepartmentId, NoticeId, StaffId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { foldAbsence, openNotice, readNotice } from '../../server/notifications/notices/actions.ts'
import { tell } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { addShift } from '../../server/roster/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { UNSIGNED } from '../support/month.ts'
import { appointChief, as, hire } from '../support/people.ts'
import { answers, hangsUp, openReceiver } from '../support/receiver.ts'
import { leadAndAdministrator, openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let night: ReturnType<typeof openTelling>
let db: typeof database.db
let ji: StaffId
let lan: StaffId
let chief: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  db = database.db
  night = openTelling(house)
  ;({ ji, lan } = await leadAndAdministrator(db))
  chief = await appointChief(db, clock.now(), '高岚')
  await db.updateTable('staff').set({ phone: '13800000000' }).where('id', '=', ji).execute()
})

const gateway = (channel: 'sms' | 'voice', url: string) =>
  house.deps.transact(as(lan, null, ['administrator']), (tx) =>
    saveHook(tx, { channel, departmentId: null, address: `${url}/${channel}`, secret: 'a good secret' }, true),
  )
const only = async (): Promise<NoticeId> => (await night.notices())[0]?.id as NoticeId

test('ten thousand alarms of one kind in a minute are one page that counts them', async () => {
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  const kind = 'job_failed'
  const payload = JSON.stringify({ alarmId: '1', kind, ticketId: null })
  await sql`
    with given as (
      insert into events (at, name, actor, payload)
      select ${clock.now()}::timestamptz, 'alarm.raised', 'system', ${payload}::jsonb from generate_series(1, 10000) returning id, at)
    insert into outbox (event_id, about, at) select id, '{}', at from given`.execute(db)
  await night.heard()
  await night.tick()
  expect(await night.notices()).toMatchObject([{ kind: 'alarm', ref: `alarm:${kind}`, count: 10_000 }])
  expect(sms.taken).toHaveLength(1)
  expect(JSON.parse(String(sms.taken[0]?.body))).toMatchObject({ kind: 'alarm', count: 10_000, to: '13800000000' })
}, 120_000)

test('a page that may not have arrived goes by the next channel within fifteen seconds, under the same page id', async () => {
  const sms = await openReceiver(hangsUp)
  const voice = await openReceiver()
  await gateway('sms', sms.url)
  await gateway('voice', voice.url)
  await night.alarm()
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown'])
  clock.forward({ seconds: 1 })
  await night.tick(['follow-pages'])
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown', 'voice sent'])
  const [first, second] = [sms.taken[0], voice.taken[0]].map((one) => JSON.parse(String(one?.body)))
  expect(second.page).toBe(first.page)
  expect(sms.taken).toHaveLength(1)
})

test('a gateway that is silent is passed after the seconds of the setting, whatever becomes of it later', async () => {
  const voice = await openReceiver()
  await gateway('sms', 'http://127.0.0.1:9')
  await gateway('voice', voice.url)
  await night.alarm()
  // It hangs: taken up, never settled.
  await db
    .updateTable('deliveries')
    .set({ state: 'sending', due_at: new Date(clock.now().getTime() + 60_000) })
    .where('channel', '=', 'sms')
    .execute()
  clock.forward({ seconds: 11 })
  await night.tick()
  expect(voice.taken).toHaveLength(0)
  clock.forward({ seconds: 1 })
  await night.tick(['follow-pages'])
  await night.tick(['deliver-notices'])
  expect(voice.taken).toHaveLength(1)
})

test('a worker that was killed between sending and noting leaves it unknown, and the next channel follows', async () => {
  const voice = await openReceiver()
  await gateway('sms', 'http://127.0.0.1:9')
  await gateway('voice', voice.url)
  await night.alarm()
  const due_at = new Date(clock.now().getTime() + 10_000)
  await db.updateTable('deliveries').set({ state: 'sending', due_at }).where('channel', '=', 'sms').execute()
  clock.forward({ seconds: 10 })
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown'])
  await night.tick(['follow-pages'])
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown', 'voice sent'])
})

test('a page is told again under a new id until somebody presses that they have read it', async () => {
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  await night.alarm()
  await night.tick()
  for (const _ of [1, 2, 3]) {
    clock.forward({ minutes: 2, seconds: 30 })
    await night.tick(['follow-pages'])
    await night.tick(['deliver-notices'])
  }
  const pages = sms.taken.map(({ body }) => JSON.parse(String(body)).page)
  expect(pages).toHaveLength(2)
  expect(new Set(pages).size).toBe(2)
  await house.deps.transact(as(ji, 'manager'), async (tx) => readNotice(tx, await only()))
  clock.forward({ hours: 1 })
  await night.tick()
  await night.tick()
  expect(sms.taken).toHaveLength(2)
})

test('an alarm that is settled rings nobody any more, and the next one is a page of its own', async () => {
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  await night.alarm()
  const alarm = await db.selectFrom('alarms').select('id').executeTakeFirstOrThrow()
  await house.deps.transact(system, (tx) => settleAlarm(tx, alarm.id as AlarmId))
  await night.tick()
  clock.forward({ minutes: 10 })
  await night.tick()
  expect(sms.taken).toHaveLength(0)
  expect(await night.sent(ji)).toEqual(['page sent', 'sms failed'])
  await night.alarm()
  expect(await night.notices()).toHaveLength(2)
})

test('row 2: unread after fifteen minutes the next one up is told, without being rung at home', async () => {
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  await db.updateTable('staff').set({ phone: '13900000000' }).where('id', '=', chief).execute()
  await night.alarm()
  clock.forward({ minutes: 14, seconds: 59 })
  await night.tick()
  expect(await night.told()).toEqual([[ji, 'post']])
  clock.forward({ seconds: 1 })
  await night.tick(['climb-notices'])
  await night.tick(['deliver-notices'])
  expect(await night.told()).toEqual([
    [ji, 'post'],
    [chief, 'up'],
  ])
  expect((await night.sent(chief)).map((one) => one.split(' ')[0])).toEqual(['page', 'mail'])
  expect(sms.taken.map(({ body }) => JSON.parse(String(body)).to)).not.toContain('13900000000')
})

test('row 2: what a handler leaves unread goes to the head of the department by day, and to the duty manager by night', async () => {
  const [handler, head] = [await hire(db, '吴凯', { roles: ['handler'] }), await hire(db, '黎平', { roles: ['head'] })]
  const department = (
    await db
      .insertInto('departments')
      .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'R&D' }), head_id: head })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id as DepartmentId
  await db.updateTable('staff').set({ department_id: department }).where('id', 'in', [handler, head]).execute()
  const leave = async (ref: string) => {
    await house.deps.transact(system, (tx) =>
      tell(tx, { kind: 'unaccepted', ref, path: '/reminders', to: [{ staffId: handler, part: 'own' }] }),
    )
    clock.forward({ minutes: 15 })
    await night.tick(['climb-notices'])
    const id = (await night.notices()).at(-1)?.id
    return (await night.told(id)).map(([staffId]) => staffId)
  }
  expect(await leave('reminder:1')).toEqual([handler, ji])
  clock.set('2026-11-24T10:00:00+08:00')
  expect(await leave('reminder:2')).toEqual([handler, head])
})

test('row 2: what was opened in time climbs to nobody', async () => {
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'unaccepted', ref: 'reminder:1', path: '/reminders', to: [{ staffId: lan, part: 'own' }] }),
  )
  await house.deps.transact(as(lan, null), async (tx) => openNotice(tx, await only()))
  clock.forward({ minutes: 20 })
  await night.tick()
  expect(await night.told()).toHaveLength(1)
})

test('where nobody is on post the head of the leadership group is told by page and mail, and nothing rings', async () => {
  await db.updateTable('attendances').set({ checked_out_at: clock.now() }).execute()
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  await night.alarm()
  await night.tick()
  expect(await night.told()).toEqual([[chief, 'up']])
  expect(sms.taken).toHaveLength(0)
})

test('row 21: a month of new shifts is one notice that counts them; unseen for four hours it goes by another channel', async () => {
  const mei = await hire(db, '林玫', { rank: 'supervisor', posts: ['manager'] })
  await db.updateTable('staff').set({ phone: '13700000000' }).where('id', '=', mei).execute()
  clock.set('2026-11-20T10:00:00+08:00')
  await house.deps.transact(as(lan, null, ['hr']), async (tx) => {
    for (const day of ['01', '03', '06', '09'])
      await addShift(
        tx,
        {
          staffId: mei,
          post: 'manager',
          night: `2026-12-${day}`,
          kind: 'night',
          from: new Date(`2026-12-${day}T14:00:00Z`),
          to: new Date(`2026-12-${day}T22:00:00Z`),
        },
        UNSIGNED,
      )
  })
  await night.tick()
  expect(await night.notices()).toMatchObject([{ kind: 'roster', count: 4 }])
  expect((await night.sent(mei)).map((one) => one.split(' ')[0])).toEqual(['page', 'mail'])
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  clock.forward({ hours: 4 })
  await night.tick(['follow-pages'])
  await night.tick(['deliver-notices'])
  expect(JSON.parse(String(sms.taken[0]?.body))).toMatchObject({ kind: 'roster', to: '13700000000', language: 'zh-CN' })
})

test('whoever comes back after hours finds one digest for all that was said meanwhile', async () => {
  const mei = await hire(db, '林玫')
  for (const ref of ['answered:1', 'asked:2', 'returned:3'])
    await house.deps.transact(system, (tx) =>
      tell(tx, { kind: 'answer', ref, path: '/desk/1', to: [{ staffId: mei, part: 'own' }] }),
    )
  clock.forward({ hours: 9 })
  await house.deps.transact(system, (tx) => foldAbsence(tx, mei))
  const away = (await night.notices()).at(-1)
  expect(away).toMatchObject({ kind: 'away', count: 3 })
  expect(await night.sent(mei, away?.id as NoticeId)).toEqual(['page sent'])
  await house.deps.transact(as(mei), (tx) => openNotice(tx, away?.id as NoticeId))
  const unseen = await db.selectFrom('notice_people').select('id').where('seen_at', 'is', null).execute()
  expect(unseen).toEqual([])
})

test('row 21: roster news whose letter could not go goes by another channel at once, and not after hours', async () => {
  const sms = await openReceiver()
  await gateway('sms', sms.url)
  clock.set('2026-11-24T10:00:00+08:00')
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'roster', ref: `shifts:${ji}`, path: '/roster', to: [{ staffId: ji, part: 'own' }] }),
  )
  for (const step of ['deliver-notices', 'send-mail', 'follow-pages', 'deliver-notices']) await night.tick([step])
  expect(await night.sent(ji)).toEqual(['page sent', 'mail failed', 'sms sent'])
})

test('two workers at one delivery send it once; an answer that comes after it was called unknown changes nothing', async () => {
  let answer: () => void = () => undefined
  const sms = await openReceiver((_received, response) => {
    answer = () => response.writeHead(200).end()
  })
  await gateway('sms', sms.url)
  await night.alarm()
  const [first, second] = [night.due(['deliver-notices']), night.due(['deliver-notices'])]
  await expect.poll(() => sms.taken.length).toBe(1)
  clock.forward({ seconds: 11 })
  await night.due(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown'])
  answer()
  await Promise.all([first, second])
  expect(sms.taken).toHaveLength(1)
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown'])
})

test('a hundred rounds are not a hundred pages: what nobody reads for an hour is told more rarely', async () => {
  await night.alarm()
  for (let minute = 0; minute < 180; minute += 5) {
    await night.tick(['follow-pages'])
    clock.forward({ minutes: 5, seconds: 15 })
    await night.tick(['follow-pages'])
  }
  const { round } = await db
    .selectFrom('notice_people')
    .select('round')
    .where('staff_id', '=', ji)
    .executeTakeFirstOrThrow()
  expect(round).toBeGreaterThan(10)
  expect(round).toBeLessThan(16)
})

test('an answer of 500 is tried again for what is no duty page, and a duty page takes the next channel at once', async () => {
  const robot = await openReceiver(answers(500, 'busy'))
  const administrator = as(lan, null, ['administrator'])
  await house.deps.transact(administrator, (tx) =>
    saveHook(tx, { channel: 'wecom', departmentId: null, address: `${robot.url}/robot`, secret: '' }, true),
  )
  await gateway('sms', robot.url)
  await night.alarm()
  await night.tick(['deliver-notices'])
  await night.tick(['follow-pages'])
  expect((await night.sent(ji)).slice(0, 2)).toEqual(['page sent', 'sms failed'])
  expect((await night.sent(ji))[2]).toMatch(/^mail /)
})
