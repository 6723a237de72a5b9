import { beforeEach, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { addShift, changeShift, removeShift } from '../../server/roster/actions.ts'
import { shiftsOfNight } from '../../server/roster/queries.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { UNSIGNED } from '../support/month.ts'
import { appointChief, as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const NIGHT = '2026-11-24'
const WINDOW = { from: new Date('2026-11-24T22:00:00+08:00'), to: new Date('2026-11-25T06:00:00+08:00') }
let nuo: StaffId
let zhou: StaffId
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  await appointChief(database.db, clock.now())
  nuo = await hire(database.db, '许诺', { roles: ['hr'] })
  zhou = await hire(database.db, '周启明', { rank: 'supervisor' })
  mei = await hire(database.db, '林玫')
})

const hr = () => as(nuo, null, ['hr'])
const add = (staffId: StaffId, post: Post, window = WINDOW, by = hr()) =>
  transact(by, (tx) => addShift(tx, { ...window, staffId, post, night: NIGHT, kind: 'night' }, UNSIGNED))
const change = (id: ShiftId, staffId: StaffId, post: Post) =>
  transact(hr(), (tx) => changeShift(tx, id, { staffId, post }, UNSIGNED))
const remove = (id: ShiftId) => transact(hr(), (tx) => removeShift(tx, id, UNSIGNED))
const planned = async () =>
  (await shiftsOfNight(database.db, NIGHT)).map(({ name, post }) => `${name} ${post}`).toSorted()

test('HR adds, changes and takes out a shift, and each is told with who and when', async () => {
  await add(zhou, 'manager')
  const id = await add(mei, 'service')
  expect(await planned()).toEqual(['周启明 manager', '林玫 service'].toSorted())
  const qing = await hire(database.db, '叶青')
  await change(id, qing, 'technician')
  expect(await planned()).toEqual(['叶青 technician', '周启明 manager'].toSorted())
  await remove(id)
  expect(await planned()).toEqual(['周启明 manager'])
  expect(announced.map(({ name }) => name)).toEqual(['shift.added', 'shift.added', 'shift.changed', 'shift.removed'])
  expect(announced[2]?.payload).toMatchObject({ staffId: qing, from: mei, startsAt: '2026-11-24T14:00:00.000Z' })
})

test('only HR and the administrator plan: not the agent, not the duty manager', async () => {
  for (const by of [as(mei), as(zhou, 'manager'), as(mei, null, ['head']), as(mei, null, ['leadership'])])
    await expect(add(zhou, 'manager', WINDOW, by)).rejects.toMatchObject({ name: 'Denied' })
  await add(zhou, 'manager', WINDOW, as(mei, null, ['administrator']))
})

test('what two people plan at the same second is refused in the words of the rule', async () => {
  await add(zhou, 'manager')
  const both = await Promise.allSettled([add(mei, 'service'), add(mei, 'technician')])
  const lost = both.find((one) => one.status === 'rejected')
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(lost?.reason).toMatchObject({ name: 'Refusal', code: 'roster.overlap', field: 'staff' })
  const gao = await hire(database.db, '高岚', { rank: 'manager' })
  const later = { from: new Date('2026-11-25T22:00:00+08:00'), to: new Date('2026-11-26T06:00:00+08:00') }
  const managers = await Promise.allSettled([add(zhou, 'manager', later), add(gao, 'manager', later)])
  expect(managers.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'roster.manager_there' })
})

test('no window is left without its manager, also where one is taken out while another is put in', async () => {
  for (let n = 0; n < 8; n++) {
    const day = 10 + n
    const window = {
      from: new Date(`2026-12-${day}T22:00:00+08:00`),
      to: new Date(`2026-12-${day + 1}T06:00:00+08:00`),
    }
    const lead = await add(zhou, 'manager', window)
    await Promise.allSettled([remove(lead), add(mei, 'service', window)])
    const rows = await database.db.selectFrom('shifts').select(['post', 'starts_at']).execute()
    const there = rows.filter(({ starts_at }) => starts_at.getTime() === window.from.getTime()).map(({ post }) => post)
    expect(there.includes('service') && !there.includes('manager'), String(there)).toBe(false)
  }
})

test('a manager hands the window to another manager, and is not moved away from under the others', async () => {
  const lead = await add(zhou, 'manager')
  await add(mei, 'service')
  await expect(change(lead, zhou, 'service')).rejects.toMatchObject({ code: 'roster.manager_needed' })
  await expect(remove(lead)).rejects.toMatchObject({ code: 'roster.manager_needed' })
  await expect(change(lead, mei, 'manager')).rejects.toMatchObject({ code: 'roster.rank_too_low' })
  await change(lead, await hire(database.db, '高岚', { rank: 'manager' }), 'manager')
  expect(await planned()).toContain('高岚 manager')
})

test('a shift to which somebody has come is history: neither changed nor taken out', async () => {
  await add(zhou, 'manager')
  const id = await add(mei, 'service')
  clock.set('2026-11-24T21:40:00+08:00')
  await transact(as(mei, null), (tx) => checkIn(tx, id))
  await expect(change(id, zhou, 'service')).rejects.toMatchObject({ code: 'roster.running' })
  await expect(remove(id)).rejects.toMatchObject({ code: 'roster.running' })
})

test('whoever does not come is replaced while the shift runs', async () => {
  await add(zhou, 'manager')
  const id = await add(mei, 'service')
  clock.set('2026-11-24T22:20:00+08:00')
  await change(id, await hire(database.db, '叶青'), 'service')
  expect(await planned()).toContain('叶青 service')
  await expect(remove(id)).rejects.toMatchObject({ code: 'roster.running' })
})
