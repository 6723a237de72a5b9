import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { DueJob } from '../../jobs/due-job.ts'
import {
  noteAbsentPeople,
  noteLatePeople,
  noteMissingPeople,
  noteOverdueSlips,
  remindPeopleToCome,
} from '../../jobs/watch-arrivals.ts'
import { ledgerOf } from '../../server/attendance/ledger/rules.ts'
import { codeOf, placeOfCode, stepAt } from '../../server/attendance/places/codes.ts'
import { isInOffice } from '../../server/attendance/places/office.ts'
import { arrivalOf } from '../../server/attendance/rules.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { localOf, windowOf } from '../../server/kernel/time.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { appointChief, hire } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const NIGHT = '2026-11-23'
const at = (time: string) => clock.set(`2026-11-${time > '12' ? '23' : '24'}T${time}:00+08:00`)
let house: QuietHouse
let mei: StaffId
let lin: StaffId
let zhou: StaffId
let agent: Browser
let lead: Browser
let keeper: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  forgetSettings()
  at('21:30')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  lin = await hire(database.db, '何雨', { posts: ['service'] })
  zhou = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  for (const [staff, post] of [
    [zhou, 'manager'],
    [mei, 'service'],
  ] as const)
    await database.db
      .insertInto('shifts')
      .values({
        staff_id: staff,
        post,
        during: '[2026-11-23T22:00:00+08:00,2026-11-24T06:00:00+08:00)',
        night: NIGHT,
        kind: 'night',
        created_at: clock.now(),
      })
      .execute()
  agent = await signedIn(house, mei, 'en')
  lead = await signedIn(house, zhou, 'en')
  keeper = await signedIn(house, await hire(database.db, '严明', { roles: ['administration'], posts: [] }), 'en')
  await lead.post('/duty/check-in', { shift: await shiftOf(zhou) })
})

const shiftOf = async (staff: StaffId): Promise<string> =>
  (await database.db.selectFrom('shifts').select('id').where('staff_id', '=', staff).executeTakeFirstOrThrow()).id
const run = async (job: DueJob): Promise<number> => {
  const kind = job(house.deps)
  const due = await kind.list(database.db, clock.now(), 100)
  for (const { id } of due) await kind.run(id)
  return due.length
}
const checkIn = async (fields: Record<string, string> = {}) =>
  agent.post('/duty/check-in', { shift: await shiftOf(mei), ...fields })
const attended = () =>
  database.db
    .selectFrom('attendances')
    .select(['arrival', 'how', 'minutes_late'])
    .where('staff_id', '=', mei)
    .executeTakeFirst()
const trained = (staff: StaffId, until = '2027-12-31') =>
  database.db
    .insertInto('staff_planning')
    .values({ staff_id: staff, trained_until: until, changed_by: zhou, changed_at: clock.now() })
    .onConflict((conflict) => conflict.column('staff_id').doUpdateSet({ trained_until: until }))
    .execute()
const absence = () => database.db.selectFrom('absences').selectAll().executeTakeFirst()
const told = async (ref: string): Promise<string[]> => {
  await heard(house)
  const rows = await database.db
    .selectFrom('notices as n')
    .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
    .select('p.staff_id')
    .where('n.ref', 'like', ref)
    .where('n.settled_at', 'is', null)
    .execute()
  return rows.map(({ staff_id }) => staff_id)
}
const office = (ranges: string) =>
  house.deps.transact(system, (tx) =>
    storeSetting(tx.db, { key: 'officeRanges', value: ranges, by: null, at: tx.now }).then(() => undefined),
  )

test('row 25: where the company names its network, a press from elsewhere is not enough, and the code at the desk is', async () => {
  await office('203.0.113.0/24')
  await keeper.post('/attendance/places', { name: 'Night desk' })
  const place = await database.db.selectFrom('places').select(['id', 'secret']).executeTakeFirstOrThrow()
  const refused = await checkIn()
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('not in the office network')
  expect((await checkIn({ code: '000000x' })).status).toBe(422)
  const old = codeOf(place, stepAt(clock.now()) - 3)
  expect((await checkIn({ code: old })).html).toContain('not the code of this minute')
  const before = codeOf(place, stepAt(clock.now()) - 1)
  expect((await checkIn({ code: before })).status).toBe(303)
  expect(await attended()).toMatchObject({ how: 'code', arrival: 'ready' })
})

test('the screen of a place shows the code of the moment, and only to whoever looks after places', async () => {
  await keeper.post('/attendance/places', { name: 'Night desk' })
  const place = await database.db.selectFrom('places').select(['id', 'secret']).executeTakeFirstOrThrow()
  const { html } = await keeper.get(`/attendance/places/${place.id}/screen`)
  expect(html).toContain(codeOf(place, stepAt(clock.now())))
  expect((await agent.get(`/attendance/places/${place.id}/screen`)).status).toBe(403)
})

test('an address is in the office by its networks, in both families, and nothing else is', () => {
  expect(isInOffice('203.0.113.9', '10.0.0.0/8, 203.0.113.0/24')).toBe(true)
  expect(isInOffice('203.0.114.9', '10.0.0.0/8, 203.0.113.0/24')).toBe(false)
  expect(isInOffice('2001:db8::1', '2001:db8::/32')).toBe(true)
  expect(isInOffice('', '0.0.0.0/0')).toBe(false)
  expect(isInOffice('10.1.1.1', 'nonsense, 10.0.0.0/99')).toBe(false)
})

test('row 25: the duty manager is a witness for a colleague, never for themselves', async () => {
  at('22:05')
  expect((await lead.post(`/attendance/shifts/${await shiftOf(mei)}/witness`)).status).toBe(303)
  expect(await attended()).toMatchObject({ how: 'witness', arrival: 'late', minutes_late: 5 })
  expect((await lead.post(`/attendance/shifts/${await shiftOf(zhou)}/witness`)).html).toContain('own witness')
  expect((await agent.get('/attendance')).status).toBe(403)
})

test('row 25: a duty manager who has come sees and witnesses who else comes before the start, and has nothing else of the post yet', async () => {
  at('21:50')
  expect((await lead.get('/attendance')).status).toBe(200)
  expect((await lead.get('/board')).status).toBe(403)
  expect((await lead.post(`/attendance/shifts/${await shiftOf(mei)}/witness`)).status).toBe(303)
  expect(await attended()).toMatchObject({ how: 'witness', arrival: 'late_for_handover' })
})

test('row 25: missing from fifteen minutes on and not before, with a call and those who may stand in; whoever comes is late', async () => {
  await trained(lin)
  at('22:14')
  expect(await run(noteMissingPeople)).toBe(0)
  at('22:15')
  expect(await run(noteMissingPeople)).toBe(1)
  expect(await run(noteMissingPeople)).toBe(0)
  const { html } = await lead.get('/attendance')
  expect(html).toContain('missing')
  expect(html).toContain('何雨')
  at('22:20')
  await checkIn()
  expect(await attended()).toMatchObject({ arrival: 'late', minutes_late: 20 })
  expect((await absence())?.came_at).toEqual(clock.now())
  at('06:01')
  expect(await run(noteAbsentPeople)).toBe(0)
})

test('row 25: absent only at the end of the shift', async () => {
  at('22:15')
  await run(noteMissingPeople)
  at('05:59')
  expect(await run(noteAbsentPeople)).toBe(0)
  at('06:00')
  expect(await run(noteAbsentPeople)).toBe(1)
  expect((await absence())?.absent_at).toEqual(clock.now())
})

test('an absence is excused by HR with a reason, never by whoever was absent', async () => {
  at('22:15')
  await run(noteMissingPeople)
  at('06:00')
  await run(noteAbsentPeople)
  const hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  const id = (await absence())?.id
  expect((await hr.get('/attendance/hours?who=all&month=2026-11')).html).toContain(`/attendance/absences/${id}/excuse`)
  expect(
    (await agent.post(`/attendance/absences/${id}/excuse`, { excuse: 'I was ill', month: '2026-11' })).status,
  ).toBe(403)
  expect(
    (await hr.post(`/attendance/absences/${id}/excuse`, { excuse: 'In hospital, with a letter', month: '2026-11' }))
      .status,
  ).toBe(303)
  expect((await hr.get('/attendance/hours?who=all&month=2026-11')).html).toContain('In hospital')
})

test('whoever is called in has the shift from then on, and whoever was missing is absent', async () => {
  at('22:15')
  await run(noteMissingPeople)
  const id = (await absence())?.id
  expect((await lead.post(`/attendance/absences/${id}/replacement`, { staff: zhou })).status).toBe(422)
  await trained(lin, '2026-10-31')
  expect((await lead.post(`/attendance/absences/${id}/replacement`, { staff: lin })).status).toBe(422)
  await trained(lin)
  expect((await lead.post(`/attendance/absences/${id}/replacement`, { staff: lin })).status).toBe(303)
  expect(await shiftOf(lin)).toBeDefined()
  expect(await absence()).toMatchObject({ staff_id: mei, replaced_by: lin, decided_by: zhou })
  expect((await checkIn().catch(() => ({ status: 404 }))).status).toBe(404)
})

test('rows 24 and 25: whoever is offered for a missing person may legally stand there by every rule, and nobody else is called in', async () => {
  await trained(lin)
  at('22:15')
  await run(noteMissingPeople)
  const id = (await absence())?.id
  const offered = async (): Promise<boolean> =>
    (await lead.get('/attendance')).html.includes(`name="staff" value="${lin}"`)
  const stand = (from: string, to: string, night: string, kind: 'night' | 'day' = 'night') =>
    database.db
      .insertInto('shifts')
      .values({
        staff_id: lin,
        post: 'service',
        during: `[${from}+08:00,${to}+08:00)`,
        night,
        kind,
        created_at: clock.now(),
      })
      .execute()
  expect(await offered()).toBe(true)
  await stand('2026-11-23T10:00', '2026-11-23T18:00', '2026-11-23', 'day')
  expect(await offered()).toBe(false)
  expect((await lead.post(`/attendance/absences/${id}/replacement`, { staff: lin })).html).toContain(
    'rules do not allow',
  )
  await database.db.deleteFrom('shifts').where('staff_id', '=', lin).execute()
  for (const day of [20, 21]) await stand(`2026-11-${day}T22:00`, `2026-11-${day + 1}T06:00`, `2026-11-${day}`)
  expect(await offered()).toBe(false)
  await database.db.deleteFrom('shifts').where('staff_id', '=', lin).where('night', '=', '2026-11-21').execute()
  expect(await offered()).toBe(true)
})

test('row 55: whoever leaves for a while is covered by a colleague who agreed; nothing is offered meanwhile, and the time is watched', async () => {
  await checkIn()
  at('23:00')
  expect((await agent.post('/duty/leave', { cover: mei, reason: 'x' })).status).toBe(422)
  expect((await agent.post('/duty/leave', { cover: zhou, reason: 'Fetch medicine' })).status).toBe(303)
  const slip = await database.db.selectFrom('leave_slips').selectAll().executeTakeFirstOrThrow()
  expect((await lead.get('/duty')).html).toContain('Fetch medicine')
  expect((await agent.post(`/duty/covers/${slip.id}`, { answer: 'yes' })).status).toBe(404)
  await lead.post(`/duty/covers/${slip.id}`, { answer: 'yes' })
  await lead.post(`/duty/covers/${slip.id}`, { answer: 'yes' })
  const away = await database.db.selectFrom('breaks').selectAll().execute()
  expect(away).toMatchObject([{ kind: 'slip', ends_by: new Date('2026-11-23T23:15:00+08:00'), ended_at: null }])
  at('23:14')
  expect(await run(noteOverdueSlips)).toBe(0)
  at('23:15')
  expect(await run(noteOverdueSlips)).toBe(1)
  expect(await run(noteOverdueSlips)).toBe(0)
  await agent.post('/duty/return')
  expect((await database.db.selectFrom('leave_slips').select('state').execute())[0]?.state).toBe('back')
  expect((await agent.post('/duty/break')).status).toBe(303)
})

test('everybody reads their own hours, the early arrival among them; HR reads all and takes them as a table', async () => {
  at('21:45')
  await checkIn()
  clock.set('2026-11-24T06:00:00+08:00')
  await agent.post('/duty/check-out')
  const mine = await agent.get('/attendance/hours?month=2026-11')
  expect(mine.html).toContain('8.25 h')
  expect(mine.html).toContain('7.75 h of work without the break')
  expect((await agent.get('/attendance/hours?who=all')).status).toBe(403)
  const hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  expect((await hr.get('/attendance/hours?who=all&month=2026-11')).html).toContain('林玫')
  const table = await hr.get('/attendance/hours.csv?month=2026-11')
  expect(table.html).toContain('"21:45","06:00","ready for the handover"')
})

test('row 25: a quarter of an hour before, whoever is not there is reminded; at the start the duty manager is told; when they come it is over', async () => {
  at('21:44')
  expect(await run(remindPeopleToCome)).toBe(0)
  at('21:45')
  expect(await run(remindPeopleToCome)).toBe(1)
  expect(await run(remindPeopleToCome)).toBe(0)
  expect(await told('arrive:%')).toEqual([mei])
  at('21:59')
  expect(await run(noteLatePeople)).toBe(0)
  at('22:00')
  expect(await run(noteLatePeople)).toBe(1)
  expect(await run(noteLatePeople)).toBe(0)
  expect(await told('late:%')).toEqual([zhou])
  at('22:10')
  await checkIn()
  expect(await told('late:%')).toEqual([])
  expect(await told('arrive:%')).toEqual([])
})

test('row 25: of whoever is missing nothing more is told once the last of them has come', async () => {
  at('22:15')
  await run(noteMissingPeople)
  expect(await told('missing:%')).toEqual([zhou])
  await checkIn()
  expect(await told('missing:%')).toEqual([])
})

test('row 25: where a place shows a code a press from anywhere is not enough, and nobody guesses their way in', async () => {
  expect((await agent.get('/duty')).html).not.toContain('name="code"')
  await keeper.post('/attendance/places', { name: 'Night desk' })
  expect((await agent.get('/duty')).html).toContain('name="code"')
  expect((await checkIn()).status).toBe(422)
  for (let tries = 0; tries < 8; tries++)
    expect((await checkIn({ code: 'x' })).html).toContain('not the code of this minute')
  const place = await database.db.selectFrom('places').select(['id', 'secret']).executeTakeFirstOrThrow()
  const right = () => codeOf(place, stepAt(clock.now()))
  expect((await checkIn({ code: right() })).html).toContain('Too many wrong codes')
  at('21:41')
  expect((await checkIn({ code: right() })).status).toBe(303)
})

test('a photo of a code is worth nothing a minute and a half later, and a code of another place or of a closed one nothing at all', async () => {
  await keeper.post('/attendance/places', { name: 'Night desk' })
  const place = await database.db.selectFrom('places').select(['id', 'secret']).executeTakeFirstOrThrow()
  const photo = codeOf(place, stepAt(clock.now()))
  clock.set('2026-11-23T21:31:01+08:00')
  expect((await checkIn({ code: photo })).html).toContain('not the code of this minute')
  const other = codeOf({ id: '999', secret: place.secret }, stepAt(clock.now()))
  expect((await checkIn({ code: other })).status).toBe(422)
  await keeper.post(`/attendance/places/${place.id}/closing`)
  expect((await checkIn({ code: codeOf(place, stepAt(clock.now())) })).status).toBe(422)
})

test('checking in twice is once, for another it is not there, and a witness changes nothing of who has come', async () => {
  at('21:40')
  await checkIn()
  at('22:30')
  await checkIn()
  await lead.post(`/attendance/shifts/${await shiftOf(mei)}/witness`)
  expect(await attended()).toEqual({ arrival: 'ready', how: 'button', minutes_late: 0 })
  expect((await lead.post('/duty/check-in', { shift: await shiftOf(mei) })).status).toBe(404)
})

test('row 25: being there for the handover is due from whoever stands in the shift, and done or late when they check in', async () => {
  await appointChief(database.db, clock.now())
  const owed = () =>
    database.db
      .selectFrom('obligations')
      .select(['state', 'due_at', 'staff_id'])
      .where('kind', '=', 'arrival')
      .execute()
  const planner = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  const hr = await signedIn(house, planner, 'en')
  await trained(lin)
  const added = await hr.post('/roster/shifts', {
    staff: lin,
    post: 'service',
    night: NIGHT,
    start: '22:00',
    end: '06:00',
  })
  expect(added.status).toBeLessThan(400)
  await heard(house)
  expect(await owed()).toEqual([{ state: 'due', due_at: new Date('2026-11-23T21:45:00+08:00'), staff_id: lin }])
  at('21:50')
  const next = await signedIn(house, lin, 'en')
  await next.post('/duty/check-in', { shift: await shiftOf(lin) })
  expect((await owed())[0]?.state).toBe('late')
})

test('a request for cover that nobody answers is taken back and asked of another; who covers does not leave meanwhile', async () => {
  await checkIn()
  at('23:00')
  await agent.post('/duty/leave', { cover: zhou, reason: 'Fetch medicine' })
  expect(await told('slip:%')).toEqual([zhou])
  await agent.post('/duty/leave/withdrawal')
  expect(await told('slip:%')).toEqual([])
  await agent.post('/duty/leave', { cover: zhou, reason: 'Fetch medicine' })
  const slip = await database.db
    .selectFrom('leave_slips')
    .select('id')
    .where('state', '=', 'asked')
    .executeTakeFirstOrThrow()
  await lead.post(`/duty/covers/${slip.id}`, { answer: 'yes' })
  expect(await told('covered:%')).toEqual([mei])
  expect((await lead.post('/duty/break')).html).toContain('You cover for a colleague')
  await agent.post('/duty/return')
  expect((await lead.post('/duty/break')).status).toBe(303)
})

test('on the nights on which the clock changes people are ready, late and missing by the instants of their shift, and hours are those that passed', async () => {
  const zone = 'Europe/Berlin'
  const limits = { earlyMinutes: 15, breakMinutes: 30, hoursADay: 8, hoursAWeek: 44, overtimeHoursAMonth: 36 }
  for (const [night, hours] of [
    ['2026-03-28', 7],
    ['2026-10-24', 9],
  ] as const) {
    const window = windowOf(night, '22:00', '06:00', zone)
    expect((window.to.getTime() - window.from.getTime()) / 3_600_000).toBe(hours)
    const early = new Date(window.from.getTime() - 15 * 60_000)
    expect(arrivalOf(window.from, early, 15)).toEqual({ arrival: 'ready', minutesLate: 0 })
    const worked = { night, window, checkedInAt: early, checkedOutAt: window.to }
    expect(ledgerOf([worked], limits).hours).toBe(hours - 0.25)
  }
  // The hour that is there twice: codes are of instants, so the one of the first time is none of the second.
  const place = { id: '1', secret: Buffer.alloc(32, 7) }
  const [first, second] = [new Date('2026-10-25T00:30:00Z'), new Date('2026-10-25T01:30:00Z')]
  expect(localOf(first, zone)).toEqual(localOf(second, zone))
  expect(placeOfCode([place], codeOf(place, stepAt(first)), first)).toBe(place)
  expect(placeOfCode([place], codeOf(place, stepAt(first)), second)).toBeUndefined()
})
