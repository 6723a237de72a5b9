import { beforeEach, expect, test } from 'vitest'
import { scoredOf } from '../../server/appraisal/calibration/queries.ts'
import { impactOf } from '../../server/appraisal/calibration/rules.ts'
import { type AppraisalRow, inputsOf, listOfMonth } from '../../server/appraisal/queries.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { acts } from '../support/acts.ts'
import { night, october, openOctober, owed, rated, worked } from '../support/appraisal.ts'
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
const of = async (staffId: StaffId): Promise<AppraisalRow> => {
  const found = (await listOfMonth(database.db, (await october(database.db)).id)).find((one) => one.staffId === staffId)
  if (!found) throw new Error('not in the month')
  return found
}

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

test('a general incident is acknowledged within ten minutes, a major one within five', async () => {
  const { db } = database
  for (let day = 1; day <= 3; day++) await worked(db, chen, 'manager', { night: night(day) })
  const incident = (level: 'general' | 'major', minutes: number) => {
    const at = new Date(`${night(2)}T23:00:00+08:00`)
    return {
      kind: 'network' as const,
      level,
      state: 'acknowledged' as const,
      ticket_id: null,
      opened_at: at,
      acknowledged_at: new Date(at.getTime() + minutes * 60_000),
      acknowledged_by: chen,
      resolved_at: null,
      resolved_by: null,
      measures: null,
      for_customer: null,
      closed_at: null,
    }
  }
  await db
    .insertInto('incidents')
    .values([incident('general', 9), incident('general', 11), incident('major', 4), incident('major', 9)])
    .execute()
  await opened()
  const facts = (await inputsOf(db, (await of(chen)).id, 1)).get('incidents') ?? []
  expect(facts.map(({ value }) => value)).toEqual([100, 0, 100, 0])
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
