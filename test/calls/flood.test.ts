import { beforeAll, expect, test } from 'vitest'
import { listRinging } from '../../server/calls/log/queries.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { aLine } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock(TWO_FOURTEEN)
const house = testHouse(database, clock)
let mei: StaffId

beforeAll(async () => {
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
})

const CALLS = 10_000
const AT_ONCE = 16
const LET_THROUGH = 10

test('10,000 calls in a minute from one number: each is written down, ten ring, the others hear busy and move no page, one callback is owed, and somebody else gets through', async () => {
  const line = await aLine(house)
  const from = '13800138000'
  let next = 0
  const busy = { heard: 0 }
  const ring = async (): Promise<void> => {
    for (let n = next++; n < CALLS; n = next++) {
      const answer = await line.says({ event: 'newCall', callId: `flood-${n}`, from, to: '4006789000' })
      expect(answer.status).toBe(200)
      if (((await answer.json()) as { action?: string }).action === 'reject') busy.heard++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ring))
  const { db } = database
  const states = await db
    .selectFrom('calls')
    .select(['state', ({ fn }) => fn.countAll<string>().as('count')])
    .groupBy('state')
    .orderBy('state')
    .execute()
  const ringing = Number(states.find(({ state }) => state === 'ringing')?.count)
  // Those that come in the very same instant do not see each other.
  expect(ringing).toBeGreaterThanOrEqual(LET_THROUGH)
  expect(ringing).toBeLessThanOrEqual(LET_THROUGH + AT_ONCE)
  expect(states).toEqual([
    { state: 'rejected', count: String(CALLS - ringing) },
    { state: 'ringing', count: String(ringing) },
  ])
  expect(busy.heard).toBe(CALLS - ringing)
  const moved = await db.selectFrom('events').select('name').where('name', '=', 'call.rang').execute()
  expect(moved).toHaveLength(ringing)

  const other = await line.says({ event: 'newCall', callId: 'other', from: '13900139000', to: '4006789000' })
  expect(await other.json()).toEqual({})
  const rings = await listRinging(db, mei, clock.now())
  expect(rings.length).toBeLessThanOrEqual(20)

  const ends = await db.selectFrom('calls').select('call_key').where('state', '=', 'ringing').execute()
  for (const { call_key: callId } of ends) await line.says({ event: 'hangup', callId, cause: 'cancel' })
  await heard(house)
  const owed = await db.selectFrom('callbacks').select(['number', 'times']).orderBy('id').execute()
  expect(owed).toEqual([
    { number: '+8613800138000', times: ringing },
    { number: '+8613900139000', times: 1 },
  ])
}, 240_000)
