import { beforeEach, expect, test } from 'vitest'
import { scoredOf } from '../../server/appraisal/calibration/queries.ts'
import { impactOf } from '../../server/appraisal/calibration/rules.ts'
import { unrecordedOn } from '../../server/appraisal/evidence/rules.ts'
import { inputsOf } from '../../server/appraisal/queries.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { acts } from '../support/acts.ts'
import { night, octoberOf, openOctober, owed, rated, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
let mei: StaffId
let chen: StaffId

beforeEach(async () => {
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  chen = await hire(database.db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
})

const opened = () => openOctober({ db: database.db, transact, clock })
const of = (staffId: StaffId) => octoberOf(database.db, staffId)

test('a duty manager is measured by the ratings of the whole nights they led, and by their own (row 66)', async () => {
  const { db } = database
  for (let day = 1; day <= 3; day++) {
    const shiftId = await worked(db, mei, 'service', { night: night(day) })
    await worked(db, chen, 'manager', { night: night(day) })
    for (let n = 0; n < 2; n++) await rated(db, mei, { service: 4, shiftId })
  }
  // Of a night that somebody else led, and one that the manager answered themselves.
  await rated(db, mei, { service: 1, shiftId: await worked(db, mei, 'service', { night: night(20) }) })
  await rated(db, chen, { service: 5 })
  await opened()
  expect((await of(chen)).result?.satisfaction?.count).toBe(7)
  expect((await of(mei)).result?.satisfaction?.count).toBe(7)
})

/** An incident of the 2nd of October; `seen` and `answered` in minutes after it was opened, `closed` in hours after it was answered. */
const incident = async (
  what: {
    level?: 'general' | 'major'
    seen?: number
    answered?: number
    closed?: number
    by?: StaffId
    ticketId?: string | null
  } = {},
): Promise<string> => {
  const { level = 'general', seen, answered, closed, by = chen, ticketId = null } = what
  const at = new Date(`${night(2)}T23:00:00+08:00`)
  const later = (minutes: number | undefined): Date | null =>
    minutes === undefined ? null : new Date(at.getTime() + minutes * 60_000)
  const { id } = await database.db
    .insertInto('incidents')
    .values({
      kind: ticketId ? 'complaint' : 'network',
      level,
      state: closed === undefined ? 'acknowledged' : 'closed',
      ticket_id: ticketId,
      opened_at: at,
      acknowledged_at: later(seen),
      acknowledged_by: seen === undefined ? null : by,
      resolved_at: later(answered),
      resolved_by: answered === undefined ? null : by,
      measures: answered === undefined ? null : '已更换光模块',
      for_customer: null,
      closed_at: closed === undefined ? null : later((answered ?? 0) + closed * 60),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
const incidentsOf = async (who: StaffId) => (await inputsOf(database.db, (await of(who)).id, 1)).get('incidents') ?? []

test('a general incident is acknowledged within ten minutes, a major one within five (row 45)', async () => {
  for (let day = 1; day <= 3; day++) await worked(database.db, chen, 'manager', { night: night(day) })
  await incident({ seen: 9 })
  await incident({ seen: 11 })
  await incident({ level: 'major', seen: 4 })
  await incident({ level: 'major', seen: 9 })
  await opened()
  expect((await incidentsOf(chen)).map(({ value }) => value)).toEqual([100, 0, 100, 0])
})

test('an incident is closed with its report within 24 hours of its answer; what is not over yet is nothing (row 50)', async () => {
  for (let day = 1; day <= 3; day++) await worked(database.db, chen, 'manager', { night: night(day) })
  await incident({ seen: 1, answered: 30, closed: 23 })
  await incident({ seen: 1, answered: 30, closed: 25 })
  await incident({ seen: 1, answered: 30 })
  // Answered on the last evening of the month: its day is not over when the nights are counted.
  await incident({ seen: 1, answered: 60 * 24 * 29 + 60 * 9 })
  await opened()
  expect((await incidentsOf(chen)).map(({ parts }) => parts)).toEqual([
    { acknowledged: 1, reported: 1 },
    { acknowledged: 1, reported: 0 },
    { acknowledged: 1, reported: 0 },
    { acknowledged: 1 },
  ])
  // 25 and 20 are what is recorded of theirs: 25 of 45 where the report was late.
  expect((await incidentsOf(chen)).map(({ value }) => Math.round(value ?? 0))).toEqual([100, 56, 56, 100])
})

test('whoever asks others about a complaint has asked rightly where it is accepted, and not where it comes back as none of theirs', async () => {
  const { db } = database
  for (let day = 1; day <= 3; day++) {
    await worked(db, chen, 'manager', { night: night(day) })
    await worked(db, mei, 'service', { night: night(day) })
  }
  const { ticketId } = await rated(db, mei, { service: 2 })
  await incident({ seen: 2, answered: 60, closed: 1, ticketId })
  const { department_id: department } = await db
    .selectFrom('staff')
    .select('department_id')
    .where('id', '=', mei)
    .executeTakeFirstOrThrow()
  const asked = (minutes: number, how: { accepted?: boolean; returned?: 'not_ours' | 'not_possible' }) => {
    const sent = new Date(`${night(2)}T23:${String(minutes).padStart(2, '0')}:00+08:00`)
    return {
      ticket_id: ticketId as string,
      round: 1,
      state: how.returned ? ('returned' as const) : ('accepted' as const),
      department_id: department,
      person_id: null,
      post: null,
      need: '查线路',
      tried: '已重启',
      contact: '',
      promised_at: null,
      decided_at: sent,
      decided_by: mei,
      sent_at: sent,
      sent_by: mei,
      accept_due_at: null,
      accepted_at: how.accepted ? sent : null,
      accepted_by: how.accepted ? chen : null,
      answered_at: null,
      answered_by: null,
      result: null,
      for_customer: null,
      told_at: null,
      told_by: null,
      ended_at: how.returned ? sent : null,
      return_reason: how.returned ?? null,
      return_words: null,
      better_department_id: null,
    }
  }
  await db
    .insertInto('escalations')
    .values([
      asked(5, { accepted: true }),
      asked(6, { returned: 'not_ours' }),
      // Nobody's fault, and before or after the incident: none of it is asked.
      asked(7, { returned: 'not_possible' }),
      { ...asked(8, { returned: 'not_ours' }), sent_at: new Date(`${night(2)}T22:30:00+08:00`) },
    ])
    .execute()
  const month = await opened()
  expect(await incidentsOf(mei)).toMatchObject([{ value: 50, parts: { escalated: 0.5 } }])
  expect(await incidentsOf(chen)).toMatchObject([{ value: 100, parts: { acknowledged: 1, reported: 1 } }])
  expect(month.rates.incidents).toEqual({ manager: 100, service: 50 })
})

test('what nobody records yet weighs nothing, and the card says what that is', async () => {
  for (let day = 1; day <= 3; day++) await worked(database.db, mei, 'service', { night: night(day) })
  const { rates } = await opened()
  expect(unrecordedOn(rates, ['service'])).toEqual([
    'quality.handovers',
    'quality.records',
    'incidents.updated',
    'incidents.judged',
    'findings.checks',
    'findings.training',
  ])
  expect(unrecordedOn(rates, ['guard'])).toContain('quality.rounds')
  expect(unrecordedOn({ ...rates, 'quality.handovers': {} }, ['service'])).not.toContain('quality.handovers')
})

test('calls that were owed back count with the answers, for whoever took them on', async () => {
  for (let day = 1; day <= 3; day++) await worked(database.db, mei, 'service', { night: night(day) })
  await owed(database.db, mei, { kind: 'callback', done: 9, of: 10 })
  await opened()
  expect((await of(mei)).result?.quality.items).toMatchObject([{ name: 'answers', done: 9, of: 10 }])
})

test('adverse impact is looked for by sex and age as groups alone: who is in none, and groups under five, are not shown', async () => {
  const { db } = database
  const people: StaffId[] = []
  for (let n = 0; n < 16; n++) {
    const one = await hire(db, `员工${n}`, { posts: ['guard'] })
    people.push(one)
    for (let day = 1; day <= 3; day++)
      await worked(db, one, 'guard', { night: night(day), arrival: n < 6 ? 'late' : 'ready', minutes: n < 6 ? 40 : 0 })
  }
  await db
    .insertInto('staff_planning')
    .values(
      people.slice(0, 15).map((id, n) => ({
        staff_id: id,
        sex: n < 6 ? ('female' as const) : ('male' as const),
        birth_date: n < 3 ? '2000-05-01' : '1985-05-01',
        changed_by: mei,
        changed_at: clock.now(),
      })),
    )
    .execute()
  const { id } = await opened()
  const scored = await scoredOf(db, id, { month: '2026-10-01', next: '2026-11-01' })
  const by = (of: 'sex' | 'age') =>
    impactOf(scored.flatMap((row) => (row[of] ? [{ group: row[of], score: row.score }] : [])))
  expect(by('sex').map(({ group, people: count, outside }) => [group, count, outside])).toEqual([
    ['female', 6, true],
    ['male', 9, true],
  ])
  expect(by('age').map(({ group }) => group)).toEqual(['under50'])
})
