import { beforeEach, expect, test } from 'vitest'
import { signIn } from '../../server/accounts/actions.ts'
import { choosePassword, sendForgotten, sendKey } from '../../server/accounts/invitations/actions.ts'
import { addPerson, changePerson, deactivatePerson } from '../../server/accounts/people/actions.ts'
import { importPeople, tryImport } from '../../server/accounts/people/import/actions.ts'
import { decodeList, readLines } from '../../server/accounts/people/import/reading.ts'
import { getPerson } from '../../server/accounts/people/queries.ts'
import type { DepartmentId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
let yi: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  yi = await hire(database.db, '韦一', { roles: ['administrator'] })
})

const admin = () => as(yi, null, ['administrator'])
const compose = () => ({ subject: 's', text: 't', html: null, link: 'https://house/key' })
const place = { address: '', browser: null }
const none = { countAhead: async () => 0, confirmed: false }
const mei = async () => ({
  number: 'cs1',
  login: 'cs1',
  name: '林玫',
  nameEn: 'Lin Mei',
  departmentId: (await getPerson(database.db, yi)).departmentId as DepartmentId,
  rank: 'staff' as const,
  roles: [],
  posts: ['service' as const],
  skills: [],
  languages: ['zh-CN' as const],
  phone: null,
  email: 'mei@example.com',
})

test('an invitation opens once, and whoever used it signs in with the password they chose', async () => {
  const id = await transact(admin(), async (tx) => addPerson(tx, await mei()))
  const { token } = await transact(admin(), (tx) => sendKey(tx, id, compose))
  const choose = (password: string) => transact(system, (tx) => choosePassword(tx, { token, password, place }))
  await expect(choose('Lin Mei 2026')).rejects.toMatchObject({ code: 'accounts.password_is_name' })
  await choose('a lamp in the night')
  await expect(choose('another lamp here')).rejects.toThrow()
  const attempt = { login: 'CS1', password: 'a lamp in the night', ...place }
  expect(await transact(system, (tx) => signIn(tx, attempt))).toMatchObject({ staffId: id })
})

test('an invitation is over after seven days', async () => {
  const id = await transact(admin(), async (tx) => addPerson(tx, await mei()))
  const { token } = await transact(admin(), (tx) => sendKey(tx, id, compose))
  clock.forward({ hours: 7 * 24 })
  await expect(
    transact(system, (tx) => choosePassword(tx, { token, password: 'a lamp in the night', place })),
  ).rejects.toThrow()
})

test('a forgotten password makes three letters an hour at most, and none for a name nobody has', async () => {
  await transact(admin(), async (tx) => addPerson(tx, await mei()))
  for (let n = 0; n < 5; n++) await transact(system, (tx) => sendForgotten(tx, 'mei@example.com', compose))
  await transact(system, (tx) => sendForgotten(tx, 'nobody', compose))
  expect(await database.db.selectFrom('outgoing_mails').select('id').execute()).toHaveLength(3)
})

test('the last administrator neither leaves nor loses the role', async () => {
  const person = await getPerson(database.db, yi)
  await expect(transact(system, (tx) => deactivatePerson(tx, yi, none))).rejects.toMatchObject({
    code: 'accounts.last_administrator',
  })
  await expect(transact(admin(), (tx) => changePerson(tx, yi, { ...person, roles: [] }))).rejects.toMatchObject({
    code: 'accounts.last_administrator',
  })
})

test('nobody changes their own roles where a second administrator can', async () => {
  await hire(database.db, '许诺', { roles: ['administrator'] })
  const person = await getPerson(database.db, yi)
  const change = transact(admin(), (tx) => changePerson(tx, yi, { ...person, roles: ['administrator', 'hr'] }))
  await expect(change).rejects.toMatchObject({ code: 'accounts.own_roles' })
})

test('whoever has shifts ahead is deactivated only by somebody who says that they become gaps', async () => {
  const id = await transact(admin(), async (tx) => addPerson(tx, await mei()))
  const two = { countAhead: async () => 2 }
  await expect(transact(admin(), (tx) => deactivatePerson(tx, id, { ...two, confirmed: false }))).rejects.toMatchObject(
    { code: 'accounts.shifts_ahead', details: { count: 2 } },
  )
  await transact(admin(), (tx) => deactivatePerson(tx, id, { ...two, confirmed: true }))
  expect((await getPerson(database.db, id)).active).toBe(false)
})

test('a list names each bad line with its column, and nothing of it is taken over', async () => {
  const lines = readLines('工号;姓名;部门\ncs1;林玫;客户服务部\ncs 2;陈舟;客户服务部\ncs3;;没有的部门\n')
  const { problems } = await transact(admin(), (tx) => importPeople(tx, lines))
  expect(problems.map(({ line, column, reason }) => [line, column, reason.code])).toEqual([
    [3, 'number', 'accounts.number_unclear'],
    [4, 'name', 'accounts.import_cell_missing'],
    [4, 'department', 'accounts.import_department'],
  ])
  expect(await database.db.selectFrom('staff').select('id').where('number', '=', 'cs1').execute()).toEqual([])
})

test('two thousand lines are taken over quickly, and the same list once more changes nothing', async () => {
  const rows = Array.from({ length: 2000 }, (_, n) => `n${n},=1+${n},Customer service`)
  const lines = readLines(`\ufeffnumber,name,department\n${rows.join('\n')}`)
  const before = performance.now()
  expect((await transact(admin(), (tx) => importPeople(tx, lines))).added).toHaveLength(2000)
  expect(performance.now() - before).toBeLessThan(10_000)
  expect(await tryImport(database.db, lines, yi)).toMatchObject({ problems: [], added: [], changed: [], same: 2000 })
  const row = database.db.selectFrom('staff').select('name').where('number', '=', 'n7')
  expect(await row.executeTakeFirst()).toEqual({ name: '=1+7' })
})

test('a list in GB18030 is read like one in UTF-8', () => {
  expect(decodeList(Uint8Array.from([0xb9, 0xa4, 0xba, 0xc5]))).toBe('工号')
})
