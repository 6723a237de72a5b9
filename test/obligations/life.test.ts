import { beforeEach, expect, test } from 'vitest'
import type { ObligationId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import * as obligations from '../../server/obligations/actions.ts'
import { listLapsing, type Owed } from '../../server/obligations/queries.ts'
import { obligationReactions } from '../../server/obligations/reactions.ts'
import { system } from '../../server/platform/actor.ts'
import { addShift, changeShift, removeShift } from '../../server/roster/actions.ts'
import { getShift } from '../../server/roster/queries.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { UNSIGNED } from '../support/month.ts'
import { appointChief, as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const at = (time: string): Date => new Date(`2026-11-24T${time}:00+08:00`)

let mei: StaffId
let zhou: StaffId
let nuo: StaffId

beforeEach(async () => {
  clock.set(at('20:00'))
  announced.length = 0
  await appointChief(database.db, clock.now())
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '周启明', { rank: 'supervisor' })
  nuo = await hire(database.db, '许诺', { roles: ['hr'] })
})

const promise = (dueAt: Date, more: Partial<Owed> = {}): Owed =>
  ({ kind: 'promise', staffId: mei, subject: 'promise:1', dueAt, ...more }) as Owed
const WHICH = { kind: 'promise', subject: 'promise:1' } as const
const owe = (...owed: Owed[]) => transact(system, (tx) => obligations.owe(tx, ...owed))
const all = () => database.db.selectFrom('obligations').selectAll().orderBy('due_at').orderBy('id').execute()
const sweep = async (): Promise<void> => {
  for (const { id } of await listLapsing(database.db, clock.now(), 100))
    await transact(system, (tx) => obligations.lapse(tx, id))
}
const told = () => announced.map(({ name }) => name)

test('what is owed twice is owed once, and another time moves it', async () => {
  await owe(promise(at('22:00')))
  await owe(promise(at('22:00')))
  await owe(promise(at('23:00')))
  const [one, ...more] = await all()
  expect(one).toMatchObject({ staff_id: mei, clause: 38, state: 'due', due_at: at('23:00') })
  expect(more).toEqual([])
  expect(told()).toEqual(['obligation.owed', 'obligation.moved'])
  expect(announced[0]?.about).toEqual(['obligations', `night:${mei}`])
})

test('the ticker says late once the grace is over and missed once it is of no use any more, never early and each once', async () => {
  await owe(promise(at('22:00'), { graceMinutes: 10, missedAt: at('23:00') }))
  for (const [time, state] of [
    ['22:09', 'due'],
    ['22:10', 'late'],
    ['22:59', 'late'],
    ['23:00', 'missed'],
    ['23:30', 'missed'],
  ] as const) {
    clock.set(at(time))
    await sweep()
    expect((await all())[0]?.state, time).toBe(state)
  }
  expect(told()).toEqual(['obligation.owed', 'obligation.late', 'obligation.missed'])
})

test('what is done in time is done; what was missed and done after all stays missed and says when', async () => {
  await owe(promise(at('22:00'), { missedAt: at('22:00') }), promise(at('22:00'), { part: 'b', missedAt: at('22:00') }))
  await transact(system, (tx) => obligations.settle(tx, { ...WHICH, part: 'b' }, { at: at('21:59'), record: 'call:4' }))
  clock.set(at('22:30'))
  await sweep()
  await transact(system, (tx) => obligations.settle(tx, WHICH, { by: zhou }))
  expect(await all()).toMatchObject([
    { part: '', state: 'missed', done_at: at('22:30'), done_by: zhou },
    { part: 'b', state: 'done', done_at: at('21:59'), done_by: mei, record: 'call:4' },
  ])
})

test('what is handed on before its time is the next person’s, and what was late by then stays where it was', async () => {
  await owe(promise(at('22:00')), promise(at('21:00'), { subject: 'promise:2' }))
  clock.set(at('21:30'))
  await sweep()
  for (const subject of ['promise:1', 'promise:2'])
    await transact(system, (tx) => obligations.handOn(tx, { kind: 'promise', subject }, zhou))
  expect((await all()).map(({ subject, staff_id }) => [subject, staff_id])).toEqual([
    ['promise:2', mei],
    ['promise:1', zhou],
  ])
})

test('what was taken back is owed again; what is not owed any more is gone unless it went wrong before', async () => {
  await owe(promise(at('22:00')), promise(at('21:00'), { subject: 'promise:2' }))
  await transact(system, (tx) => obligations.settle(tx, WHICH))
  await transact(system, (tx) => obligations.resume(tx, WHICH))
  expect((await all())[1]).toMatchObject({ state: 'due', done_at: null })
  clock.set(at('21:30'))
  await sweep()
  for (const subject of ['promise:1', 'promise:2'])
    await transact(system, (tx) => obligations.drop(tx, { kind: 'promise', subject }))
  expect((await all()).map(({ subject, state }) => [subject, state])).toEqual([['promise:2', 'late']])
})

test('the duty manager or HR excuses with a reason and a link; nobody excuses themselves; whoever may not cannot', async () => {
  await owe(promise(at('21:00'), { missedAt: at('21:00') }))
  const id = (await all())[0]?.id as ObligationId
  const excuse = (by: ReturnType<typeof as>, reason = '电话线路中断') =>
    transact(by, (tx) => obligations.excuse(tx, id, { reason, link: '/incidents/4' }))
  await expect(excuse(as(zhou, 'manager'))).rejects.toMatchObject({ code: 'obligations.not_to_excuse.due' })
  clock.set(at('21:30'))
  await sweep()
  await expect(excuse(as(mei, 'manager'))).rejects.toMatchObject({ code: 'obligations.own' })
  await expect(excuse(as(zhou))).rejects.toMatchObject({ name: 'Denied' })
  await expect(excuse(as(zhou, 'manager'), '  ')).rejects.toMatchObject({ field: 'reason' })
  await excuse(as(nuo, null, ['hr']))
  await excuse(as(zhou, 'manager'), '再按一次')
  expect((await all())[0]).toMatchObject({
    state: 'excused',
    excused_by: nuo,
    excused_from: 'missed',
    excuse_reason: '电话线路中断',
    excuse_link: '/incidents/4',
  })
  expect(announced.at(-1)).toMatchObject({ name: 'obligation.excused', payload: { by: nuo, was: 'missed' } })
})

test('two who excuse at the same second, and a sweep beside them, end in one state', async () => {
  await owe(promise(at('21:00'), { missedAt: at('22:00') }))
  const id = (await all())[0]?.id as ObligationId
  clock.set(at('21:30'))
  await sweep()
  clock.set(at('22:00'))
  const say = (by: StaffId, reason: string) =>
    transact(as(by, 'manager'), (tx) => obligations.excuse(tx, id, { reason, link: '' }))
  await Promise.all([say(zhou, '一'), say(nuo, '二'), sweep()])
  expect((await all())[0]?.state).toBe('excused')
  expect(told().filter((name) => name === 'obligation.excused')).toHaveLength(1)
})

test('a shift brings what will be due with it; another person in it owes it instead, and without the shift nobody does', async () => {
  const reactions = obligationReactions([
    async (db, shiftId) => {
      const shift = await getShift(db, shiftId).catch(() => undefined)
      return shift
        ? [promise(shift.from, { staffId: shift.staffId, post: shift.post, subject: `shift:${shiftId}` })]
        : []
    },
  ])
  const react = async (): Promise<void> => {
    for (const { name, payload } of announced.splice(0))
      await transact(system, async (tx) => reactions.on[name]?.(tx, payload as never))
  }
  const hr = as(nuo, null, ['hr'])
  const window = { from: at('22:00'), to: new Date('2026-11-25T06:00:00+08:00') }
  const plan = { ...window, night: '2026-11-24', kind: 'night' as const }
  await transact(hr, (tx) => addShift(tx, { ...plan, staffId: zhou, post: 'manager' }, UNSIGNED))
  const id: ShiftId = await transact(hr, (tx) => addShift(tx, { ...plan, staffId: mei, post: 'service' }, UNSIGNED))
  await react()
  const owners = async () => (await all()).map(({ staff_id, post }) => [staff_id, post])
  expect(await owners()).toEqual([
    [zhou, 'manager'],
    [mei, 'service'],
  ])
  await transact(hr, (tx) => changeShift(tx, id, { staffId: nuo, post: 'guard' }, UNSIGNED))
  await react()
  expect(await owners()).toEqual([
    [zhou, 'manager'],
    [nuo, 'guard'],
  ])
  await transact(hr, (tx) => removeShift(tx, id, UNSIGNED))
  await react()
  expect(await owners()).toEqual([[zhou, 'manager']])
})
