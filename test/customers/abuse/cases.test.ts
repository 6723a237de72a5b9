import { beforeEach, expect, test } from 'vitest'
import { expireMeasures } from '../../../jobs/expire-measures.ts'
import {
  confirmBan,
  flagCustomer,
  liftCase,
  limitCustomer,
  proposeBan,
  refuseBan,
  warnCustomer,
} from '../../../server/customers/abuse/actions.ts'
import { answerAppeal, appealBan } from '../../../server/customers/abuse/appeals/actions.ts'
import { countForDecider, flagsOf, listCases, stepsOf } from '../../../server/customers/abuse/cases/queries.ts'
import { noticeOf } from '../../../server/customers/abuse/measures/queries.ts'
import { getCase, listDueCases } from '../../../server/customers/abuse/queries.ts'
import { openAlarms } from '../../../server/desk/alarms/queries.ts'
import type { AbuseCaseId, StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { openLog } from '../../../server/platform/log.ts'
import { buildReact } from '../../../server/platform/reactions.ts'
import { reactionsIn } from '../../../server/reactions.ts'
import { openTicket } from '../../../server/tickets/actions.ts'
import { exclusionOf } from '../../../server/tickets/conduct/queries.ts'
import { listMessages } from '../../../server/tickets/messages/queries.ts'
import type { Deps } from '../../../server/web/deps.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let [lin, chen, gao, lan]: StaffId[] = []
let customer: Visitor
let ticketId: TicketId

const ask = (visitor: Visitor, question = '你们都是废物') =>
  transact(visitor.actor, (tx) =>
    openTicket(tx, {
      customerId: visitor.customerId,
      visitorId: visitor.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question,
      clientId: crypto.randomUUID(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  )

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  ;[lin, chen, gao, lan] = [
    await hire(database.db, '林玫'),
    await hire(database.db, '陈舟', { rank: 'supervisor' }),
    await hire(database.db, '高岚', { rank: 'manager' }),
    await hire(database.db, '兰芝', { rank: 'vice_president' }),
  ]
  customer = await welcome(database.db, '甲方')
  ;({ ticketId } = await ask(customer))
  announced.length = 0
})

const id = (who: StaffId | undefined): StaffId => who as StaffId
const agent = () => as(id(lin))
const manager = (who = chen) => as(id(who), 'manager')
const leader = (who = gao) => as(id(who), null, ['leadership'])
const flag = (by = agent(), ticket = ticketId, upto = 2) =>
  transact(by, (tx) =>
    flagCustomer(tx, {
      customerId: customer.customerId,
      ticketId: ticket,
      reason: 'insults',
      note: '一直骂',
      seqs: null,
      upto,
    }),
  )
const seen = async (caseId: AbuseCaseId, why = '两条消息都是辱骂') => ({
  version: (await getCase(database.db, caseId)).version,
  why,
})
const warn = async (caseId: AbuseCaseId, by = manager()) => {
  const read = await seen(caseId)
  return transact(by, (tx) => warnCustomer(tx, caseId, { ...read, duty: 'insults' }))
}
const limit = async (caseId: AbuseCaseId, hours = 24) => {
  const read = await seen(caseId)
  return transact(manager(), (tx) => limitCustomer(tx, caseId, { ...read, hours }))
}
const propose = async (caseId: AbuseCaseId, days = 7) => {
  const read = await seen(caseId)
  return transact(manager(), (tx) => proposeBan(tx, caseId, { ...read, days }))
}
const confirm = async (caseId: AbuseCaseId, by = leader()) => {
  const read = await seen(caseId)
  return transact(by, (tx) => confirmBan(tx, caseId, read))
}
async function banned(): Promise<AbuseCaseId> {
  const caseId = await flag()
  await warn(caseId)
  await limit(caseId)
  await propose(caseId)
  await confirm(caseId)
  return caseId
}
/** What others do about everything that was announced since. */
async function heard(): Promise<void> {
  const react = buildReact({
    db: database.db,
    transact,
    reactions: reactionsIn('Asia/Shanghai'),
    log: openLog('silent'),
  })
  const events = announced.splice(0)
  for (const feature of ['conduct', 'desk']) await react(feature, events as never)
}
const state = async (caseId: AbuseCaseId) => (await getCase(database.db, caseId)).state
const notice = () => noticeOf(database.db, customer, clock.now())
const said = async () => (await listMessages(database.db, ticketId, 0)).map(({ code }) => code).filter(Boolean)
const tick = async () => {
  const kind = expireMeasures({ db: database.db, transact } as unknown as Deps)
  for (const { id: due } of await kind.list(database.db, clock.now(), 10)) await kind.run(due)
}

test('the panic key makes one case a customer, rings at the duty manager once, and the duty manager’s first decision stops it', async () => {
  const caseId = await flag()
  expect(await flag()).toBe(caseId)
  await heard()
  expect(await flagsOf(database.db, caseId)).toHaveLength(1)
  expect(await openAlarms(database.db, ticketId)).toMatchObject([{ kind: 'abuse' }])
  expect(await countForDecider(database.db, id(chen), { leads: true, decides: true })).toBe(1)
  await warn(caseId)
  await heard()
  expect(await openAlarms(database.db, ticketId)).toEqual([])
})

test('whoever is warned reads in the conversation what they are held to, and nobody’s name', async () => {
  const caseId = await flag()
  await warn(caseId)
  await heard()
  expect(await said()).toContain('warned_insults')
  expect(await notice()).toEqual({
    state: 'warned',
    duty: 'insults',
    until: new Date('2026-12-24T02:14:00+08:00').toISOString(),
    paceSeconds: null,
    appeal: null,
    network: null,
  })
})

test('a case goes from flag to ban step by step, each with who, when and why', async () => {
  const caseId = await banned()
  expect((await stepsOf(database.db, caseId)).map(({ act, by, why }) => [act, by?.name, why])).toEqual([
    ['warn', '陈舟', '两条消息都是辱骂'],
    ['limit', '陈舟', '两条消息都是辱骂'],
    ['propose', '陈舟', '两条消息都是辱骂'],
    ['ban', '高岚', '两条消息都是辱骂'],
  ])
  expect(announced.map(({ name }) => name)).toEqual([
    'abuse.flagged',
    'abuse.warned',
    'abuse.limited',
    'abuse.ban_proposed',
    'abuse.banned',
  ])
})

test('a ban is not confirmed by who proposed it, by who flagged, or by an agent; without a reason nothing is decided', async () => {
  const caseId = await flag(manager(lan))
  await warn(caseId)
  await limit(caseId)
  await propose(caseId)
  await expect(confirm(caseId, manager())).rejects.toMatchObject({ code: 'abuse.own_proposal' })
  await expect(confirm(caseId, manager(lan))).rejects.toMatchObject({ code: 'abuse.own_flag' })
  await expect(confirm(caseId, agent())).rejects.toMatchObject({ name: 'Denied' })
  const read = await seen(caseId, ' ')
  await expect(transact(leader(), (tx) => confirmBan(tx, caseId, read))).rejects.toMatchObject({ field: 'why' })
  await confirm(caseId)
  expect(await state(caseId)).toBe('banned')
})

test('the database itself holds that a ban has two people', async () => {
  const caseId = await banned()
  await expect(
    database.db
      .updateTable('abuse_cases')
      .set({ confirmed_by: id(chen) })
      .where('id', '=', caseId)
      .execute(),
  ).rejects.toThrow('abuse_cases_second')
})

test('no limit and no ban is longer than the company allows', async () => {
  const caseId = await flag()
  await warn(caseId)
  await expect(limit(caseId, 73)).rejects.toMatchObject({ code: 'abuse.out_of_bounds', field: 'hours' })
  await limit(caseId, 72)
  await expect(propose(caseId, 31)).rejects.toMatchObject({ code: 'abuse.out_of_bounds', field: 'days' })
})

test('the second person may say no: the limit stays, and nothing is proposed any more', async () => {
  const caseId = await flag()
  await warn(caseId)
  await limit(caseId)
  await propose(caseId)
  const read = await seen(caseId)
  await transact(leader(), (tx) => refuseBan(tx, caseId, read))
  expect(await getCase(database.db, caseId)).toMatchObject({ state: 'limited', proposedBy: null })
  expect((await listCases(database.db, 10))[0]?.waits).toBeNull()
})

test('a decision on an old page is refused, and the same press twice is once', async () => {
  const caseId = await flag()
  const read = await seen(caseId)
  await transact(manager(), (tx) => warnCustomer(tx, caseId, { ...read, duty: 'insults' }))
  await transact(manager(), (tx) => warnCustomer(tx, caseId, { ...read, duty: 'insults' }))
  expect(await stepsOf(database.db, caseId)).toHaveLength(1)
  await expect(
    transact(manager(lan), (tx) => warnCustomer(tx, caseId, { ...read, duty: 'insults' })),
  ).rejects.toMatchObject({ code: 'abuse.decided_meanwhile' })
})

test('a ban ends at its second, not before, by the ticker, and says so', async () => {
  const caseId = await banned()
  const { until } = await getCase(database.db, caseId)
  clock.set(new Date((until?.getTime() ?? 0) - 1000))
  await tick()
  expect(await state(caseId)).toBe('banned')
  clock.set(until ?? '')
  expect(await listDueCases(database.db, clock.now(), 10)).toMatchObject([{ id: caseId }])
  announced.length = 0
  await tick()
  await tick()
  expect(announced).toMatchObject([{ name: 'abuse.lifted', payload: { why: 'expired', by: null, from: 'banned' } }])
  await heard()
  expect((await said()).at(-1)).toBe('lifted')
  expect(await notice()).toBeNull()
})

test('a proposal nobody decides about lapses with its limit', async () => {
  const caseId = await flag()
  await warn(caseId)
  await limit(caseId, 1)
  await propose(caseId)
  clock.forward({ hours: 2 })
  await tick()
  expect(await state(caseId)).toBe('limited')
  clock.forward({ hours: 22 })
  await tick()
  expect(await state(caseId)).toBe('lifted')
})

test('the ticket leaves the appraisal once somebody else than who flagged has decided, and comes back where it was wrong', async () => {
  const caseId = await flag()
  await heard()
  expect(await exclusionOf(database.db, ticketId)).toBeUndefined()
  await warn(caseId)
  await heard()
  expect(await exclusionOf(database.db, ticketId)).toMatchObject({ reason: 'abuse', by: { name: '陈舟' } })
  const read = await seen(caseId)
  await transact(manager(lan), (tx) => liftCase(tx, caseId, { ...read, how: 'wrong' }))
  expect(announced.at(-1)?.name).toBe('abuse.lifted')
  await heard()
  expect(await exclusionOf(database.db, ticketId)).toBeUndefined()
  expect((await said()).at(-1)).toBe('lifted_wrong')
})

test('a duty manager who flagged protects at once, and does not take their own work out of the appraisal', async () => {
  const caseId = await flag(manager())
  await warn(caseId)
  await heard()
  expect(await state(caseId)).toBe('warned')
  expect(await exclusionOf(database.db, ticketId)).toBeUndefined()
})

test('what lapses or is eased stays out of the appraisal: it was abuse all the same', async () => {
  const caseId = await flag()
  await warn(caseId)
  const read = await seen(caseId)
  await transact(manager(), (tx) => liftCase(tx, caseId, { ...read, how: 'eased' }))
  await heard()
  expect(await exclusionOf(database.db, ticketId)).toBeDefined()
})

test('one appeal a ban, answered by somebody who had no part in it; upheld, the ban stays and the answer is read', async () => {
  const caseId = await banned()
  const appeal = (text: string) => transact(customer.actor, (tx) => appealBan(tx, customer.customerId, text))
  await appeal('我当时太急了')
  await appeal('我当时太急了')
  await expect(appeal('再说一次')).rejects.toMatchObject({ code: 'abuse.appealed_already' })
  const answer = async (by: ReturnType<typeof as>, outcome: 'upheld' | 'eased' | 'wrong' = 'upheld') => {
    const read = await seen(caseId)
    return transact(by, (tx) => answerAppeal(tx, caseId, { ...read, outcome, answer: '到期前不再接受消息' }))
  }
  await expect(answer(manager())).rejects.toMatchObject({ code: 'abuse.own_decision' })
  await expect(answer(leader())).rejects.toMatchObject({ code: 'abuse.own_decision' })
  expect(await countForDecider(database.db, id(gao), { leads: false, decides: true })).toBe(0)
  expect(await countForDecider(database.db, id(lan), { leads: false, decides: true })).toBe(1)
  await answer(leader(lan))
  expect(await notice()).toMatchObject({ state: 'banned', appeal: { answer: '到期前不再接受消息' } })
})

test('an appeal that is granted lifts the ban at once', async () => {
  const caseId = await banned()
  await transact(customer.actor, (tx) => appealBan(tx, customer.customerId, '不是我写的'))
  const read = await seen(caseId)
  await transact(leader(lan), (tx) => answerAppeal(tx, caseId, { ...read, outcome: 'wrong', answer: '对不起' }))
  await heard()
  expect(await getCase(database.db, caseId)).toMatchObject({ state: 'lifted', liftedWhy: 'wrong' })
  expect(await exclusionOf(database.db, ticketId)).toBeUndefined()
})

test('only a ban is appealed against', async () => {
  const caseId = await flag()
  await warn(caseId)
  await expect(transact(customer.actor, (tx) => appealBan(tx, customer.customerId, '不服'))).rejects.toMatchObject({
    code: 'abuse.not_banned',
  })
})

test('a flag after a decision joins the case, rings again, and waits for whoever leads the night', async () => {
  const caseId = await flag()
  await warn(caseId)
  await heard()
  clock.forward({ minutes: 5 })
  expect(await flag(agent(), ticketId, 4)).toBe(caseId)
  await heard()
  expect((await listCases(database.db, 10))[0]).toMatchObject({ state: 'warned', waits: 'flag', flags: 2 })
  expect(await countForDecider(database.db, id(chen), { leads: true, decides: true })).toBe(1)
  expect(await openAlarms(database.db, ticketId)).toMatchObject([{ kind: 'abuse' }])
  await limit(caseId)
  await heard()
  expect(await openAlarms(database.db, ticketId)).toEqual([])
})

test('after a case is over, the panic key opens a new one', async () => {
  const first = await flag()
  const read = await seen(first)
  await transact(manager(), (tx) => liftCase(tx, first, { ...read, how: 'wrong' }))
  const second = await flag(agent(), ticketId, 3)
  expect(second).not.toBe(first)
})
