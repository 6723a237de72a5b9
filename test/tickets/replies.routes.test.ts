import { expect, test } from 'vitest'
import { listMessages, listNotes } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { agentAtDesk } from '../support/at-desk.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hidden } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = agentAtDesk({ database, house, does, clock })
const { said, mine } = here

test('a reply by a plain form is one message, however often the button is pressed', async () => {
  const { id } = await mine()
  const page = await here.desk.get(`/tickets/${id}`)
  const fields = {
    clientId: hidden(page, 'clientId'),
    epoch: hidden(page, 'epoch'),
    seen: hidden(page, 'seen'),
    body: '您好，\r\n我是林玫。',
  }
  const [first, second] = await Promise.all([
    here.desk.post(`/tickets/${id}/messages`, fields),
    here.desk.post(`/tickets/${id}/messages`, fields),
  ])
  expect([first.status, first.location, second.status]).toEqual([303, `/desk/${id}`, 303])
  expect(await said(id)).toEqual(['您好，\n我是林玫。'])
})

test('a word that came since one began is shown before one’s own is sent; the second press sends', async () => {
  const { id } = await mine()
  const page = await here.desk.get(`/tickets/${id}`)
  const typed = { clientId: hidden(page, 'clientId'), epoch: hidden(page, 'epoch'), body: '马上恢复' }
  await does.write(here.suQing, id, '等等，又亮了')
  const held = await here.desk.post(`/tickets/${id}/messages`, { ...typed, seen: hidden(page, 'seen') })
  expect(held.status).toBe(422)
  for (const words of ['你开始写之后又来了新消息', '等等，又亮了', '马上恢复']) expect(held.html).toContain(words)
  expect(await said(id)).toEqual([])
  expect(hidden(held, 'clientId')).toBe(typed.clientId)
  const sent = await here.desk.post(`/tickets/${id}/messages`, { ...typed, seen: hidden(held, 'seen') })
  expect(sent.status).toBe(303)
  expect(await said(id)).toEqual(['马上恢复'])
})

test('who has lost the conversation is told so in words and keeps what they had written', async () => {
  const { id, epoch } = await mine()
  const fields = { clientId: crypto.randomUUID(), epoch, seen: 9, body: '写了一半' }
  await here.desk.post(`/tickets/${id}/return`, { epoch })
  const refused = await here.desk.post(`/tickets/${id}/messages`, fields)
  expect(refused.status).toBe(409)
  for (const words of ['这个对话现在由别人负责。', '写了一半', '它已不在你手上']) expect(refused.html).toContain(words)
  expect(refused.html).toContain('readonly')
})

test('a script sends the same by JSON where sockets are blocked, once, and asks for the gap', async () => {
  const { id, epoch } = await mine()
  const message = { clientId: crypto.randomUUID(), epoch, body: '🙂 <b>{{x}}</b>' }
  const send = (body: object) =>
    house.app.request(`/tickets/${id}/messages`, {
      method: 'POST',
      headers: {
        cookie: here.desk.cookie,
        'sec-fetch-site': 'same-origin',
        'x-token': here.desk.token,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
  const [first, second] = [await send(message), await send(message)]
  expect([first.status, second.status]).toEqual([201, 200])
  const { seq } = (await first.json()) as { seq: number }
  expect(await second.json()).toMatchObject({ seq, repeated: true })
  const reused = await send({ ...message, body: '另一句' })
  expect([reused.status, ((await reused.json()) as { error: { code: string } }).error.code]).toEqual([
    409,
    'client_id_reused',
  ])
  const stale = await send({ ...message, clientId: crypto.randomUUID(), epoch: epoch + 1 })
  expect(stale.status).toBe(409)
  const gap = JSON.parse((await here.desk.get(`/tickets/${id}/messages?after=${seq - 1}`)).html)
  expect(gap).toMatchObject({ messages: [{ seq, body: message.body }], lastSeq: seq })
})

test('a note is kept among colleagues: in its own field, once, and in no byte of the customer’s', async () => {
  const { id } = await mine()
  const note = { clientId: crypto.randomUUID(), body: '脾气很大，耐心点' }
  await here.desk.post(`/tickets/${id}/notes`, note)
  await here.desk.post(`/tickets/${id}/notes`, note)
  expect((await listNotes(database.db, id)).map(({ body }) => body)).toEqual(['脾气很大，耐心点'])
  expect(JSON.stringify(await listMessages(database.db, id, 0))).not.toContain('脾气')
  const answer = await house.app.request(`/api/v1/tickets/${id}/messages`, {
    headers: { authorization: `Bearer ${here.suQing.token}` },
  })
  expect(answer.status).toBe(200)
  expect(await answer.text()).not.toContain('脾气')
})

test('a note by htmx answers with an empty field and the timeline beside it', async () => {
  const { id } = await mine()
  const part = await here.desk.post(
    `/tickets/${id}/notes`,
    { clientId: crypto.randomUUID(), body: '换过光猫' },
    { htmx: true },
  )
  expect(part.status).toBe(200)
  expect(part.html).not.toContain('<html')
  expect(part.html).toContain(`<hx-partial hx-target="#log-${id}"`)
  expect(part.html).toContain('换过光猫')
})

test('canned replies come in the customer’s language, with what they leave open filled in', async () => {
  await database.db
    .insertInto('canned_replies')
    .values({
      shortcut: 'hello',
      title: JSON.stringify({ 'zh-CN': '问候', en: 'Greeting' }),
      body: JSON.stringify({
        'zh-CN': '{{customer}}您好，我是{{agent}}',
        en: '{{customer}}, {{agent}} here: {{ticket}}',
      }),
    })
    .execute()
  const id = await does.ask(here.suQing, 'The line is down', { language: 'en' })
  await does.take(id, here.mei)
  const { number } = await getTicket(database.db, id)
  const page = await here.desk.get(`/tickets/${id}`)
  expect(page.html).toContain(`data-text="苏晴, 林玫 here: ${number}"`)
  expect(page.html).toContain('问候')
})
