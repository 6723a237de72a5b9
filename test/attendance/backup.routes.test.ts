import { beforeEach, expect, test } from 'vitest'
import { noteMissingPeople } from '../../jobs/watch-arrivals.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { withShifts } from '../../server/notifications/rostering/letters.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, hire, roster, TONIGHT, train } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const NIGHT = TONIGHT.night
let zhou: StaffId
let wei: StaffId
let qin: StaffId
let nuo: StaffId

beforeEach(async () => {
  clock.set('2026-11-23T20:00:00+08:00')
  const { db } = database
  await appointChief(db, clock.now())
  zhou = await hire(db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  qin = await hire(db, '秦岚', { posts: ['manager'], rank: 'supervisor' })
  wei = await hire(db, '卫平', { posts: ['manager'], rank: 'supervisor' })
  nuo = await hire(db, '许诺', { roles: ['hr'], posts: [] })
  await train(db)
  await roster(db, zhou, 'manager', TONIGHT)
  await roster(db, await hire(db, '林玫', { posts: ['service'] }), 'service', {
    ...TONIGHT,
    from: '2026-11-23T23:00:00+08:00',
  })
  // Wei has stood nights before, so by load alone Qin would come first.
  await roster(db, wei, 'manager', {
    from: '2026-11-10T22:00:00+08:00',
    to: '2026-11-11T06:00:00+08:00',
    night: '2026-11-10',
  })
  const cells = [
    { night: NIGHT, post: 'manager' as const, staffId: zhou, backup: false, locked: false },
    { night: NIGHT, post: 'manager' as const, staffId: wei, backup: true, locked: false },
  ]
  await db
    .insertInto('roster_months')
    .values({ month: '2026-11', state: 'published', version: 1, opened_by: null, opened_at: clock.now() })
    .execute()
  await db
    .insertInto('roster_cells')
    .values(cells.map(({ staffId, ...cell }) => ({ ...cell, month: '2026-11', staff_id: staffId, why: null })))
    .execute()
  await db
    .insertInto('roster_versions')
    .values({
      month: '2026-11',
      version: 1,
      at: clock.now(),
      by: null,
      why: 'published',
      reason: null,
      leader_id: null,
      late: false,
      cells: JSON.stringify(cells),
      findings: '[]',
    })
    .execute()
})

const told = async (ref: string) =>
  (
    await database.db
      .selectFrom('notices as n')
      .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
      .select('p.staff_id')
      .where('n.ref', '=', ref)
      .where('n.settled_at', 'is', null)
      .execute()
  ).map(({ staff_id }) => staff_id)

/** By day Wei leads as well, on the date of the night for which he stands ready. */
const leadsByDay = (staffId: StaffId, from: string, to: string) =>
  database.db
    .insertInto('shifts')
    .values({
      staff_id: staffId,
      post: 'manager',
      during: `[${from},${to})`,
      night: NIGHT,
      kind: 'day',
      created_at: clock.now(),
    })
    .execute()

test('H1: whoever is named backup reads it on their own page, and everybody in the night of the roster, also where they lead the day desk of that date', async () => {
  await leadsByDay(wei, '2026-11-23T06:00:00+08:00', '2026-11-23T09:00:00+08:00')
  const own = await (await signedIn(house, wei, 'en')).get('/duty')
  expect(own.html).toContain('Nights you are the named backup')
  expect(own.html).toContain(`/roster?night=${NIGHT}`)
  expect((await (await signedIn(house, qin, 'en')).get('/duty')).html).not.toContain('named backup')
  const night = await (await signedIn(house, qin, 'en')).get(`/roster?night=${NIGHT}`)
  expect(night.html).toContain('Named backup of the duty manager: 卫平')
})

test('the letter of a published month names the nights of standing ready beside the shifts, and its calendar leaves them free', async () => {
  await roster(database.db, wei, 'manager', {
    from: '2026-11-25T22:00:00+08:00',
    to: '2026-11-26T06:00:00+08:00',
    night: '2026-11-25',
  })
  const { id: shiftId } = await database.db
    .selectFrom('shifts')
    .select('id')
    .where('night', '=', '2026-11-25')
    .executeTakeFirstOrThrow()
  await database.db
    .insertInto('shift_confirmations')
    .values({ shift_id: shiftId, staff_id: wei, state: 'notified', asked_at: clock.now(), late_published: false })
    .execute()
  const around = { publicUrl: 'http://desk.example', zone: 'Asia/Shanghai', language: 'en' as const }
  const letter = await withShifts(
    { db: database.db, now: clock.now() },
    { ref: `published:${wei}-1`, staffId: wei },
    { ...around, company: { 'zh-CN': '清溪', en: 'Clearbrook' } },
  )
  expect(letter.more).toHaveLength(2)
  expect(letter.more[1]).toContain('22:00–06:00 · Standing ready · Backup of the duty manager')
  expect(letter.file?.text).toContain(`UID:backup-${NIGHT}-${wei}@desk.example`)
  expect(letter.file?.text).toContain('TRANSP:TRANSPARENT')
})

test('row 25 and H1: where the duty manager does not come the named backup hears of it and is the first whom HR calls in', async () => {
  clock.set('2026-11-23T22:15:00+08:00')
  const kind = noteMissingPeople(house.deps)
  for (const { id } of await kind.list(database.db, clock.now(), 10)) await kind.run(id)
  await heard(house)
  expect(await told('stand_in:now')).toEqual([wei])
  const hr = await signedIn(house, nuo, 'en')
  const { html, status } = await hr.get('/attendance')
  expect(status, 'whoever is told of it can open it').toBe(200)
  expect([...html.matchAll(/name="staff" value="(\d+)"/g)].map(([, id]) => id)).toEqual([wei, qin])
  expect(html).toContain('named backup')
  expect(html, 'nobody who is not there is a witness').not.toContain('/witness"')
  const { id } = await database.db.selectFrom('absences').select('id').executeTakeFirstOrThrow()
  expect((await hr.post(`/attendance/absences/${id}/replacement`, { staff: wei })).status).toBe(303)
  await heard(house)
  const shift = await database.db
    .selectFrom('shifts')
    .select('staff_id')
    .where('night', '=', NIGHT)
    .where('post', '=', 'manager')
    .execute()
  expect(shift).toEqual([{ staff_id: wei }])
  expect(await told('stand_in:now')).toEqual([])
  const rings = await database.db.selectFrom('alarms').select('kind').where('kind', '=', 'night_unbacked').execute()
  expect(rings, 'they have done what they stood ready for').toEqual([])
  const { findings } = await database.db
    .selectFrom('roster_versions')
    .select('findings')
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
  expect(findings.filter(({ code }) => code.startsWith('backup'))).toEqual([])
})

test('H1: a backup stands ready for the night: for whoever leads the day desk and does not come the rules and the load alone say who', async () => {
  await leadsByDay(zhou, '2026-11-23T19:00:00+08:00', '2026-11-23T21:45:00+08:00')
  await database.db.deleteFrom('shifts').where('night', '=', NIGHT).where('kind', '=', 'night').execute()
  const kind = noteMissingPeople(house.deps)
  for (const { id } of await kind.list(database.db, clock.now(), 10)) await kind.run(id)
  await heard(house)
  expect(await told('stand_in:now')).toEqual([])
  expect((await (await signedIn(house, nuo, 'en')).get('/attendance')).html).not.toContain('named backup')
})

test('H1: a backup on leave is missed also where they have led the day desk of that date', async () => {
  await leadsByDay(wei, '2026-11-23T06:00:00+08:00', '2026-11-23T09:00:00+08:00')
  const hr = await signedIn(house, nuo, 'en')
  const days = { firstDay: NIGHT, lastDay: NIGHT, despite: 'yes' }
  expect((await hr.post(`/roster/people/${wei}/leave`, days)).status).toBe(303)
  await heard(house)
  const rings = await database.db.selectFrom('alarms').select('subject').where('kind', '=', 'night_unbacked').execute()
  expect(rings).toEqual([{ subject: NIGHT }])
})

test('a night of standing ready is in the backup’s own calendar, named so and never as busy time, under the same name in every file', async () => {
  const eventsOf = async (staffId: StaffId, language: 'en' | 'zh-CN') => {
    await database.db.updateTable('staff').set({ language }).where('id', '=', staffId).execute()
    const page = (await (await signedIn(house, staffId, language)).post('/roster/calendar')).html
    const link = /\/roster\/feed\/[A-Za-z0-9_-]{43}\.ics/.exec(page)?.[0] ?? ''
    const text = await (await house.app.request(link)).text()
    return text.replaceAll('\r\n', '\n').split('BEGIN:VEVENT').slice(1)
  }
  const ofBackup = (events: readonly string[]) => events.filter((event) => event.includes('UID:backup-'))
  const [ready, ...others] = ofBackup(await eventsOf(wei, 'en'))
  expect(others).toEqual([])
  expect(ready).toContain('SUMMARY:Standing ready · Backup of the duty manager\n')
  expect(ready).toContain('TRANSP:TRANSPARENT\n')
  expect(ready).toContain('DTSTART:20261123T140000Z\n')
  expect(ready).toContain('DTEND:20261123T220000Z\n')
  expect(ready).toContain(`UID:backup-${NIGHT}-${wei}@`)
  const [again] = ofBackup(await eventsOf(wei, 'zh-CN'))
  expect(again).toContain('SUMMARY:夜间待命 · 值班经理候补\n')
  expect(again).toContain(`UID:backup-${NIGHT}-${wei}@`)
  expect(ofBackup(await eventsOf(zhou, 'en'))).toEqual([])
})
