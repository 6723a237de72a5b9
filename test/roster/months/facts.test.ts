import { expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { readFacts } from '../../../server/roster/months/facts/queries.ts'
import { testDatabase } from '../../support/database.ts'
import { ZONE } from '../../support/month.ts'
import { hire, roster } from '../../support/people.ts'

const database = testDatabase()

const night = (date: string) => ({ from: `${date}T22:00:00+08:00`, to: `${date}T23:30:00+08:00`, night: date })

test('who stood a night together on one post counts for six months, whoever was hired first', async () => {
  const { db } = database
  const [mei, chen, xu] = [await hire(db, '林玫'), await hire(db, '陈舟'), await hire(db, '许晴')] as [
    StaffId,
    StaffId,
    StaffId,
  ]
  for (const date of ['2026-09-01', '2026-10-02'])
    for (const one of [chen, mei]) await roster(db, one, 'service', night(date))
  await roster(db, xu, 'guard', night('2026-10-02'))
  await roster(db, xu, 'service', night('2026-04-03'))
  await roster(db, mei, 'service', night('2026-04-03'))
  const { met } = await readFacts(db, '2026-12', { now: new Date('2026-11-20T12:00:00+08:00'), zone: ZONE })
  expect(met).toEqual([{ pair: [mei, chen], nights: 2 }])
})
