import { expect, test } from 'vitest'
import { hasChief } from '../../server/accounts/leadership/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { formGroup, foundCompany, planFirstNight } from '../../server/setup/actions.ts'
import { isSetupCode, setupCode } from '../../server/setup/code.ts'
import { readProgress } from '../../server/setup/queries.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, TONIGHT } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock('2026-11-23T20:00:00+08:00')
const { transact } = acts(database, clock)

const founding = (number: string) => ({
  company: { 'zh-CN': '云帆网络', en: 'Cloudsail' },
  departments: [
    { zh: '客户服务部', en: 'Customer service' },
    { zh: '', en: '' },
  ],
  own: 0,
  administrator: {
    number,
    name: '韦一',
    nameEn: 'Wei Yi',
    email: null,
    rank: 'supervisor' as const,
    language: 'zh-CN' as const,
    password: 'a lamp in the night',
  },
  terms: { 'zh-CN': '条款', en: 'Terms' },
  topics: [{ code: 'other', name: { 'zh-CN': '其他', en: 'Other' } }],
  place: { address: '', browser: null },
})
const compose = () => ({ subject: 's', text: 't', html: null, link: 'https://house/key' })

test('of two who found the same company at once one wins, and the other is told so', async () => {
  const both = await Promise.allSettled(
    ['ad1', 'ad2'].map((number) => transact(system, (tx) => foundCompany(tx, founding(number)))),
  )
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const lost = both.find((one) => one.status === 'rejected')
  expect(lost?.reason).toMatchObject({ code: 'setup.somebody_was_faster' })
})

test('a company, its leadership group and its first night: then only the first question is missing', async () => {
  const { staffId } = await transact(system, (tx) => foundCompany(tx, founding('ad1')))
  const { id } = await database.db.selectFrom('departments').select('id').executeTakeFirstOrThrow()
  const newcomer = (number: string, name: string, rank: 'staff' | 'vice_president' = 'staff') => ({
    ...{ number, name, nameEn: '', email: null, rank },
    departmentId: id as never,
  })
  const options = { compose, languages: ['zh-CN' as const] }
  const admin = as(staffId, null, ['administrator'])
  const chief = newcomer('ld1', '方正', 'vice_president')
  const term = { firstDay: '2026-11-23', lastDay: null }
  await transact(admin, (tx) => formGroup(tx, { chief, members: [], term }, 'Asia/Shanghai', options))
  const window = { from: new Date(TONIGHT.from), to: new Date(TONIGHT.to) }
  const plan = { ...window, night: TONIGHT.night, kind: 'night' as const, manager: staffId }
  const unsigned = { zone: 'Asia/Shanghai', reason: '', leaderId: null }
  const { invited } = await transact(admin, (tx) =>
    planFirstNight(tx, { ...plan, agents: [newcomer('cs1', '林玫')] }, unsigned, options),
  )
  expect(invited).toHaveLength(1)
  expect(await hasChief(database.db, clock.now())).toBe(true)
  const progress = await readProgress(database.db, clock.now(), TONIGHT.night)
  expect(progress).toMatchObject({ people: 3, managerPlanned: true, agentPlanned: true, answered: false })
})

test('the code of the terminal is taken as people type it, and no other', () => {
  const secret = Buffer.alloc(32, 7)
  expect(isSetupCode(setupCode(secret).toLowerCase().replaceAll('-', ' '), secret)).toBe(true)
  expect(isSetupCode('', secret)).toBe(false)
})
