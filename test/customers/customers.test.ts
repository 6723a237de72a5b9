import { beforeEach, expect, test } from 'vitest'
import { findOrMakeCustomer, recordCustomer, welcomeVisitor } from '../../server/customers/actions.ts'
import { contactsOf, customerOf, findVisitor, sameContact } from '../../server/customers/queries.ts'
import type { Contact } from '../../server/customers/rules.ts'
import type { VisitorId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { hashOf } from '../../server/platform/tokens.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
const phone: Contact = { kind: 'phone', value: '+8613800138000' }
const mail: Contact = { kind: 'email', value: 'su.qing@example.com' }

beforeEach(() => clock.set(TWO_FOURTEEN))

const arrive = () => transact(system, (tx) => welcomeVisitor(tx, 'zh-CN'))
const introduce = (visitorId: VisitorId, name: string, contact: Contact) =>
  transact(system, (tx) => findOrMakeCustomer(tx, visitorId, { name, language: 'zh-CN', contact, termsVersion: 1 }))

test('a visitor stays one customer, whatever they call themselves and however they are reached', async () => {
  const { visitorId } = await arrive()
  const first = await introduce(visitorId, '苏晴', phone)
  clock.forward({ minutes: 1 })
  const second = await introduce(visitorId, 'Su Qing', mail)
  await introduce(visitorId, 'Su Qing', phone)
  expect(second).toBe(first)
  expect(await customerOf(database.db, first)).toMatchObject({ name: 'Su Qing' })
  expect(await contactsOf(database.db, first)).toEqual([
    { ...mail, verified: false },
    { ...phone, verified: false },
  ])
})

test('two visitors with the same phone stay two customers; the agent gets a hint', async () => {
  const [one, two, three] = [await arrive(), await arrive(), await arrive()]
  const suQing = await introduce(one.visitorId, '苏晴', phone)
  const daughter = await introduce(two.visitorId, '苏小晴', phone)
  await introduce(three.visitorId, '陈舟', mail)
  expect(daughter).not.toBe(suQing)
  expect((await sameContact(database.db, suQing)).map(({ name }) => name)).toEqual(['苏小晴'])
})

test('a request by phone under the same name and number is of the same customer', async () => {
  const record = (name: string, contact: Contact | null) =>
    transact(system, (tx) => recordCustomer(tx, { name, language: 'zh-CN', contact }))
  const first = await record('苏晴', phone)
  expect(await record('苏晴', phone)).toBe(first)
  expect(await record('陈舟', phone)).not.toBe(first)
  expect(await record('苏晴', null)).not.toBe(first)
})

test('a visitor token opens nothing from its last instant on', async () => {
  const { token, visitorId, expiresAt } = await arrive()
  const open = (at: Date) => findVisitor(database.db, hashOf(token), at)
  expect(await open(new Date(expiresAt.getTime() - 1))).toMatchObject({ id: visitorId, customerId: null })
  expect(await open(expiresAt)).toBeUndefined()
})
