import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { PATIENT_AT_ONCE } from '../../server/notifications/deliveries/queries.ts'
import { settleAll } from '../../server/notifications/notices/actions.ts'
import { type Telling, tell, tellEach } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { leadAndAdministrator, openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let night: ReturnType<typeof openTelling>
let staff: StaffId[]

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  night = openTelling(house)
  staff = []
  for (let n = 1; n <= 25; n++) staff.push(await hire(database.db, `员工${n}`))
})

const own = (staffId: StaffId, kind: Telling['kind'] = 'appraisal'): Telling => ({
  kind,
  ref: `counted:a${staffId}`,
  path: '/appraisal',
  to: [{ staffId, part: 'own' }],
})
const told = () =>
  house.deps.transact(system, (tx) =>
    tellEach(
      tx,
      staff.map((one) => own(one)),
    ),
  )
const letters = async (state: string) =>
  (
    await database.db
      .selectFrom('deliveries')
      .select('id')
      .where('channel', '=', 'mail')
      .where('state', '=', state as 'pending')
      .where('mail_id', 'is', null)
      .execute()
  ).length

test('told together each has a notice of their own, by what they have chosen, as told one by one', async () => {
  const [first, second] = staff as [StaffId, StaffId]
  await database.db
    .insertInto('notice_choices')
    .values({ staff_id: second, kind: 'appraisal', channels: [], chosen_at: clock.now() })
    .execute()
  await told()
  expect(await night.notices()).toHaveLength(25)
  expect(await night.sent(first)).toEqual(['page sent', 'mail pending'])
  expect(await night.sent(second)).toEqual(['page sent'])
})

test('what is told together a second time within the minute, or twice in one breath, is counted and no second notice', async () => {
  const [first] = staff as [StaffId]
  await house.deps.transact(system, (tx) => tell(tx, own(first)))
  await told()
  await house.deps.transact(system, (tx) => tellEach(tx, [own(first), own(first)]))
  const made = await night.notices()
  expect(made).toHaveLength(25)
  expect(made.map(({ count }) => count)).toEqual([4, ...Array.from({ length: 24 }, () => 1)])
})

test('two transactions that tell a company the same at the same time make each notice once', async () => {
  await Promise.all([
    told(),
    house.deps.transact(system, (tx) =>
      tellEach(
        tx,
        staff.toReversed().map((one) => own(one)),
      ),
    ),
  ])
  const made = await night.notices()
  expect(made.map(({ count }) => count)).toEqual(Array.from({ length: 25 }, () => 2))
})

test('settled together they are over for everybody, and no letter of theirs goes any more', async () => {
  await told()
  const [, ...others] = staff as [StaffId, ...StaffId[]]
  await house.deps.transact(system, (tx) =>
    settleAll(
      tx,
      others.map((one) => `counted:a${one}`),
    ),
  )
  expect((await night.notices()).filter(({ settled_at }) => settled_at === null)).toHaveLength(1)
  expect(await letters('pending')).toBe(1)
})

test('letters to a whole company go a few at a time, and whatever somebody waits for passes them', async () => {
  const { lan } = await leadAndAdministrator(database.db)
  await told()
  await house.deps.transact(system, (tx) => tell(tx, own(lan, 'roster')))
  await night.tick(['deliver-notices'])
  expect(await letters('pending')).toBe(25 - PATIENT_AT_ONCE)
  expect(await night.sent(lan)).toEqual(['page sent', 'mail sending'])
  for (let n = 0; n < 2; n++) await night.tick(['deliver-notices'])
  expect(await letters('pending')).toBe(0)
})
