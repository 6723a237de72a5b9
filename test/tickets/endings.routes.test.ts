import { expect, test } from 'vitest'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { agentAtDesk } from '../support/at-desk.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost, topic } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = agentAtDesk({ database, house, does, clock })
const { stateOf, holderOf, mine, described } = here

test('row 15: resolving asks for category, need and result, each under its field, and keeps what was typed', async () => {
  const { id, epoch } = await mine()
  const categoryId = await topic(database.db, 'outage')
  const nothing = await described(id, { epoch })
  expect(nothing.status).toBe(422)
  expect(nothing.html).toContain('解决前还差一步：选一个分类。')
  const half = await described(id, { epoch, categoryId, need: '恢复宽带' })
  expect(half.status).toBe(422)
  expect(half.html).toContain('解决前还差一步：结果是什么？')
  expect(half.html).toContain('恢复宽带')
  expect(half.html).toMatch(/<details class="act" name="act" id="act-resolve" open>/)
  // Refused, and stored as typed all the same.
  expect(await getTicket(database.db, id)).toMatchObject({ need: '恢复宽带', category_id: categoryId, state: 'open' })
  const done = await described(id, { epoch, categoryId, need: '恢复宽带', result: '已恢复' })
  expect([done.status, done.location]).toEqual([303, `/desk/${id}`])
  const again = await described(id, { epoch, categoryId, need: '恢复宽带', result: '已恢复' })
  expect(again.status).toBe(303)
  expect(await stateOf(id)).toBe('resolved')
})

test('need, category and result are saved while one types', async () => {
  const { id, epoch } = await mine()
  const saved = await here.desk.post(
    `/tickets/${id}/description`,
    { epoch, categoryId: '', need: '恢复宽带', result: '' },
    { htmx: true },
  )
  expect(saved.status).toBe(204)
  expect((await here.desk.get(`/tickets/${id}`)).html).toContain('>恢复宽带</textarea>')
})

test('a wrong resolve is taken back for a minute, by whoever did it', async () => {
  const { id, epoch } = await mine()
  const categoryId = await topic(database.db, 'outage')
  const toast = await here.desk.post(
    `/tickets/${id}/resolution`,
    { epoch, categoryId, need: '恢复', result: '好了' },
    { htmx: true },
  )
  expect(toast.html).toContain('<hx-partial hx-target=".toasts"')
  expect(toast.html).toContain(`/tickets/${id}/resolution/undo`)
  expect((await here.desk.get(`/tickets/${id}`)).html).toContain('撤回解决')
  expect((await here.desk.post(`/tickets/${id}/resolution/undo`)).status).toBe(303)
  expect([await stateOf(id), await holderOf(id)]).toEqual(['open', here.mei])
  const { epoch: later } = await getTicket(database.db, id)
  await described(id, { epoch: later, categoryId, need: '恢复', result: '好了' })
  clock.forward({ minutes: 2 })
  expect((await here.desk.get(`/tickets/${id}`)).html).not.toContain('撤回解决')
  const late = await here.desk.post(`/tickets/${id}/resolution/undo`)
  expect(late.status).toBe(422)
  expect(late.html).toContain('来不及撤回了。')
})

test('a conversation goes to a colleague on post and no other, and comes back while they have not written', async () => {
  const { id, epoch } = await mine()
  const nobody = await here.desk.get(`/tickets/${id}`)
  expect(nobody.html).toContain('现在没有别的同事在岗。')
  const refused = await here.desk.post(`/tickets/${id}/transfer`, { epoch, to: here.zhou })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('那位同事现在不在岗。')
  await putOnPost(database.db, here.zhou)
  const chooses = await here.desk.get(`/tickets/${id}`)
  expect(chooses.html).toMatch(/陈舟<\/strong><small>在岗 · 手上 0 位/)
  expect((await here.desk.post(`/tickets/${id}/transfer`, { epoch, to: here.zhou })).status).toBe(303)
  expect((await here.desk.post(`/tickets/${id}/transfer`, { epoch, to: here.zhou })).status).toBe(303)
  expect(await holderOf(id)).toBe(here.zhou)
  expect((await here.desk.get(`/tickets/${id}`)).html).toContain('撤回转交')
  expect((await here.desk.post(`/tickets/${id}/transfer/undo`)).status).toBe(303)
  expect(await holderOf(id)).toBe(here.mei)
})

test('what one cannot go on with goes back to the queue with its place, and what is no request leaves it', async () => {
  const { id, epoch } = await mine()
  await here.desk.post(`/tickets/${id}/return`, { epoch })
  expect(await stateOf(id)).toBe('queued')
  expect((await here.desk.post(`/tickets/${id}/return`, { epoch })).status).toBe(303)
  const again = await does.take(id, here.mei)
  expect((await here.desk.post(`/tickets/${id}/spam`, { epoch: again })).status).toBe(303)
  expect(await stateOf(id)).toBe('spam')
})

test('a solved request is reopened by an agent, and is theirs', async () => {
  const { id, epoch } = await mine()
  await does.describe(id, here.mei, epoch)
  await house.deps.transact(as(here.mei), (tx) => resolveTicket(tx, id, { epoch }))
  expect((await here.desk.get(`/tickets/${id}`)).html).toContain('重新打开')
  expect((await here.desk.post(`/tickets/${id}/reopening`)).location).toBe(`/desk/${id}`)
  expect(await getTicket(database.db, id)).toMatchObject({ state: 'open', round: 2 })
  expect(await holderOf(id)).toBe(here.mei)
})

test('the duty manager takes what waits, and takes over from a colleague only as it stood on the screen', async () => {
  const qiming = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, qiming, 'manager')
  const boss = await signedIn(house, qiming)
  const id = await does.ask(here.suQing)
  expect((await boss.get(`/tickets/${id}`)).html).toContain('我来接')
  expect((await boss.post(`/tickets/${id}/assignment`)).location).toBe(`/desk/${id}`)
  expect(await holderOf(id)).toBe(qiming)
  await boss.post(`/tickets/${id}/return`, { epoch: 1 })

  const epoch = await does.take(id, here.mei)
  const tooLate = await boss.post(`/tickets/${id}/assignment`)
  expect(tooLate.status).toBe(422)
  expect(tooLate.html).toContain('已经有同事接下了。')
  const page = await boss.get(`/tickets/${id}`)
  expect(page.html).toContain('接管')
  expect((await boss.post(`/tickets/${id}/assignment`, { epoch: epoch - 1 })).status).toBe(422)
  expect((await boss.post(`/tickets/${id}/assignment`, { epoch })).status).toBe(303)
  expect(await holderOf(id)).toBe(qiming)
  const stale = await here.desk.post(`/tickets/${id}/messages`, {
    clientId: crypto.randomUUID(),
    epoch,
    seen: 99,
    body: '还在写',
  })
  expect(stale.status).toBe(409)
  expect((await here.desk.post(`/tickets/${id}/transfer/undo`)).status).toBe(422)
  await putOnPost(database.db, here.zhou)
  const given = await boss.post(`/tickets/${id}/assignment`, { staff: here.zhou, epoch: epoch + 1, back: '/board' })
  expect(given.location).toBe('/board')
  expect(await holderOf(id)).toBe(here.zhou)
})

test('an agent does not take what nobody has offered them', async () => {
  const id = await does.ask(here.suQing)
  expect((await here.desk.get(`/tickets/${id}`)).html).not.toContain('/assignment')
  expect((await here.desk.post(`/tickets/${id}/assignment`)).status).toBe(403)
  expect(await stateOf(id)).toBe('queued')
})
