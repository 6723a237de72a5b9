import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../../support/people.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let zhou: StaffId
let suQing: Visitor
let id: TicketId
let colleague: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei)
  await putOnPost(database.db, zhou)
  suQing = await welcome(database.db, '苏晴儿')
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: suQing.customerId,
      kind: 'phone',
      value: '+8613812340041',
      verified_at: null,
      created_at: clock.now(),
    })
    .execute()
  id = await does.ask(suQing, '断网，电话 13812340041')
  await does.take(id, mei)
  colleague = await signedIn(house, zhou)
})

const reveal = (who: Browser, fields: Record<string, string> = { reason: 'call_back', words: '宽带师傅要电话' }) =>
  who.post(`/tickets/${id}/reveals`, fields)
const page = async (who: Browser = colleague) => (await who.get(`/tickets/${id}`)).html
const rows = () => database.db.selectFrom('reveals').selectAll().orderBy('id').execute()

test('row 57: for a reason a colleague sees the customer in full, for some minutes, and no longer', async () => {
  expect(await page()).not.toMatch(/13812340041|138 1234 0041/)
  expect(await page()).toContain(`action="/tickets/${id}/reveals"`)
  expect((await reveal(colleague)).location).toBe(`/desk/${id}`)
  const shown = await page()
  for (const secret of ['tel:+8613812340041', '138 1234 0041', '苏晴儿', '断网，电话 13812340041', '给你看到 02:19'])
    expect(shown).toContain(secret)
  // The page asks for itself again when the time is over.
  expect(shown).toMatch(/hx-trigger="load delay:301s"/)
  clock.forward({ minutes: 5, seconds: 1 })
  expect(await page()).not.toMatch(/13812340041|138 1234 0041|苏晴儿/)
})

test('who looked, at whom, when and why is kept, and the event says it without words', async () => {
  await reveal(colleague)
  expect(await rows()).toMatchObject([
    {
      staff_id: zhou,
      customer_id: suQing.customerId,
      ticket_id: id,
      reason: 'call_back',
      words: '宽带师傅要电话',
      at: clock.now(),
      night: '2026-11-23',
    },
  ])
  const [event] = await database.db.selectFrom('events').selectAll().where('name', '=', 'customer.revealed').execute()
  expect(event?.payload).toMatchObject({
    staffId: zhou,
    customerId: suQing.customerId,
    reason: 'call_back',
    notTheirs: true,
    many: false,
  })
  expect(JSON.stringify(event)).not.toMatch(/宽带|1381234|苏/)
})

test('it is this person’s alone, of this customer alone', async () => {
  await reveal(colleague)
  const bai = await hire(database.db, '白露')
  await putOnPost(database.db, bai)
  expect(await page(await signedIn(house, bai))).not.toContain('13812340041')
  const other = await does.ask(await welcome(database.db, '王小芳'), '王小芳 13900001111')
  expect((await colleague.get(`/tickets/${other}`)).html).not.toMatch(/王小芳|13900001111/)
})

test('without a reason nothing is shown, and what was typed stays', async () => {
  const refused = await reveal(colleague, { reason: 'other', words: ' ' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('请简单写明原因')
  expect(refused.html).toMatch(/<option value="other" selected>/)
  expect((await reveal(colleague, { reason: 'curious', words: '' })).status).toBe(400)
  expect((await reveal(colleague, { reason: 'call_back' })).status).toBe(400)
  expect(await rows()).toEqual([])
})

test('a program reveals as well, and gets the conversation in full', async () => {
  const { status, html } = await colleague.post(
    `/tickets/${id}/reveals`,
    { reason: 'safety', words: '' },
    { headers: { accept: 'application/json' } },
  )
  expect(status).toBe(200)
  expect(JSON.parse(html)).toMatchObject({ id, customer: { name: '苏晴儿' } })
})

test('a customer whom one has had is nothing unusual until the night has seen too many; one of others always is', async () => {
  const bai = await hire(database.db, '白露')
  await putOnPost(database.db, bai)
  const mine = await signedIn(house, bai)
  await reveal(mine)
  const wang = await welcome(database.db, '王小芳')
  const other = await does.ask(wang)
  await does.take(other, bai)
  await database.db
    .updateTable('assignments')
    .set({ ended_at: clock.now(), end_reason: 'returned' })
    .where('ticket_id', '=', other)
    .execute()
  for (let n = 0; n < 5; n++) await mine.post(`/tickets/${other}/reveals`, { reason: 'call_back', words: '' })
  expect((await rows()).map(({ unusual }) => unusual)).toEqual([['not_theirs'], [], [], [], [], ['many']])
})

test('HR and administration read who looked at whom, find the unusual, and see no customer by it', async () => {
  await reveal(colleague, { reason: 'other', words: '苏晴儿 13812340041 要回电' })
  for (const role of ['hr', 'administration'] as const) {
    const who = await signedIn(house, await hire(database.db, '人事', { roles: [role], posts: [] }))
    const { html } = await who.get('/reveals')
    for (const words of ['陈舟', '从未接待过这位客户', '苏**', '要回电']) expect(html).toContain(words)
    expect(html).not.toMatch(/13812340041|苏晴儿/)
    expect((await who.get('/reveals?unusual=on')).html).toContain('要回电')
    expect((await who.get(`/reveals?who=${zhou}&reason=other&from=2026-11-23&to=2026-11-23`)).html).toContain('要回电')
    for (const none of ['reason=call_back', 'who=999999', 'from=2026-11-24', 'to=2026-11-22'])
      expect((await who.get(`/reveals?${none}`)).html, none).toContain('没有人查看过')
    for (const wrong of ['reason=x', 'from=yesterday', 'who=0', 'more=1'])
      expect((await who.get(`/reveals?${wrong}`)).status, wrong).toBe(400)
  }
  expect((await colleague.get('/reveals')).status).toBe(403)
})

test('administration reveals on the customer’s own page, and that stands there', async () => {
  const office = await signedIn(house, await hire(database.db, '严明', { roles: ['administration'], posts: [] }))
  const path = `/customers/${suQing.customerId}`
  expect((await office.get(path)).html).not.toMatch(/13812340041|苏晴儿/)
  for (const q of ['13812340041', '苏晴儿', '+86 138 1234 0041']) {
    const { html } = await office.get(`/customers?q=${encodeURIComponent(q)}`)
    expect(html, q).toContain(path)
    expect(html.replaceAll(/value="[^"]*"/g, ''), q).not.toMatch(/>[^<]*(13812340041|苏晴儿)/)
  }
  expect((await office.get('/customers?q=苏晴')).html).toContain('没有找到')
  const refused = await office.post(`${path}/reveals`, { reason: 'other', words: '' })
  expect([refused.status, refused.html.includes('请简单写明原因')]).toEqual([422, true])
  await office.post(`${path}/reveals`, { reason: 'their_wish', words: '来电' })
  const { html } = await office.get(path)
  expect(html).toContain('138 1234 0041')
  expect(html).toContain('客户要求: 来电')
})
