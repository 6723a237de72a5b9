import { beforeEach, expect, test } from 'vitest'
import { signStandard } from '../../server/calls/adapters/reading.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { aLine, giveExtension } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  await giveExtension(house, '803', mei)
})

const WANG = '+8613800138000'
const RING = { event: 'newCall', direction: 'in', from: '+86 138 0013 8000', to: '4006789000', callId: 'a1' }
const calls = () => database.db.selectFrom('calls').selectAll().orderBy('id').execute()
const events = () => database.db.selectFrom('call_events').selectAll().orderBy('id').execute()
const callbacks = () => database.db.selectFrom('callbacks').selectAll().orderBy('id').execute()

test('newCall, answer and hangup of generic CTI make one call that somebody answered', async () => {
  const line = await aLine(house)
  const answered = await line.says(RING)
  expect([answered.status, await answered.json()]).toEqual([200, {}])
  clock.forward({ seconds: 8 })
  await line.says({ event: 'answer', callId: 'a1', user: '803', answeringNumber: '803', direction: 'in' })
  clock.forward({ minutes: 2 })
  await line.says({ event: 'hangup', callId: 'a1', cause: 'normalClearing', answeringNumber: '803' })
  const [call, ...none] = await calls()
  expect(none).toEqual([])
  expect(call).toMatchObject({
    state: 'ended',
    number: WANG,
    answered_by: mei,
    direction: 'in',
    cause: 'normalClearing',
  })
  expect((call?.answered_at?.getTime() ?? 0) - (call?.rang_at?.getTime() ?? 0)).toBe(8000)
  await heard(house)
  expect(await callbacks()).toEqual([])
})

test('an unknown token is a 404, however it looks; an unknown line says nothing of itself', async () => {
  const line = await aLine(house)
  for (const token of ['x', `${line.token}x`, line.token.toUpperCase(), '']) {
    const answer = await house.app.request(`/api/v1/cti/${token}`, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(404)
  }
  await database.db.updateTable('phone_lines').set({ removed_at: clock.now() }).execute()
  expect((await line.says(RING)).status).toBe(404)
  expect(await events()).toEqual([])
})

test('a line with a secret takes only what is signed by it, and nothing that is older than five minutes', async () => {
  const line = await aLine(house, { secret: 'night-night-night' })
  const body = JSON.stringify(RING)
  const send = (signature: string, timestamp: string) =>
    line.post(body, {
      'content-type': 'application/json',
      'webhook-id': 'm1',
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    })
  const now = String(clock.now().getTime() / 1000)
  const right = signStandard(body, { id: 'm1', timestamp: now, secret: 'night-night-night' })
  expect((await line.says(RING)).status).toBe(401)
  expect((await send(signStandard(body, { id: 'm1', timestamp: now, secret: 'other-other' }), now)).status).toBe(401)
  expect((await send(`v1,zzz ${right}`, now)).status).toBe(200)
  expect((await send(right, now)).status).toBe(200)
  expect(await calls()).toHaveLength(1)
  clock.forward({ minutes: 6 })
  expect((await send(right, now)).status).toBe(401)
  expect(await database.db.selectFrom('phone_lines').select(['refused_why', 'refused_count']).execute()).toEqual([
    { refused_why: 'old', refused_count: 3 },
  ])
})

test('a line that names addresses is heard from no other one', async () => {
  const line = await aLine(house, { addresses: ['203.0.113.0/24'] })
  expect((await line.says(RING)).status).toBe(403)
  expect(await calls()).toEqual([])
})

test('the same event twice is once, by its id or by call and kind; a form and JSON may be mixed in one call', async () => {
  const line = await aLine(house)
  await line.says({ ...RING, eventId: 'e1' })
  await line.says({ ...RING, eventId: 'e1' })
  await line.fills({ event: 'answer', callId: 'a1', 'user[]': '803' })
  await line.fills({ event: 'answer', callId: 'a1', 'user[]': '803' })
  await line.post(JSON.stringify({ event: 'hangup', callId: 'a1', cause: 'normalClearing' }), {
    'content-type': 'application/x-www-form-urlencoded',
  })
  expect((await events()).map(({ name, outcome }) => [name, outcome])).toEqual([
    ['newCall', 'taken'],
    ['answer', 'taken'],
    ['hangup', 'taken'],
  ])
  expect(await calls()).toMatchObject([{ state: 'ended', answered_by: mei }])
})

test('an answer before newCall is accepted, and a hangup of an unknown call is kept', async () => {
  const line = await aLine(house)
  await line.says({ event: 'answer', callId: 'b2', user: '803', from: '13800138000', direction: 'in' })
  expect(await calls()).toMatchObject([{ state: 'answered', answered_by: mei, number: WANG }])
  await line.says({ ...RING, callId: 'b2' })
  await line.says({ event: 'hangup', callId: 'b2', cause: 'normalClearing' })
  expect(await calls()).toMatchObject([{ state: 'ended' }])
  await line.says({ event: 'hangup', callId: 'unknown', cause: 'noAnswer' })
  expect((await calls())[1]).toMatchObject({ call_key: 'unknown', state: 'missed', number: null })
  await heard(house)
  // Without a number nobody can be called.
  expect(await callbacks()).toEqual([])
})

test('what nobody can read is kept as it came and answered 200; no number of it reaches the desk', async () => {
  const line = await aLine(house)
  const bodies = [
    '',
    '{',
    'hello there',
    '[]',
    '{"event":"newCall"}',
    '{"event":"dance","callId":"x"}',
    `{"event":"newCall","callId":"${'x'.repeat(251)}"}`,
    '{"event":["newCall"],"callId":{"a":1}}',
    'event=newCall&event=hangup',
    '{"event":"newCall\\u0000","callId":"\\ud800"}',
  ]
  for (const body of bodies) expect((await line.post(body, { 'content-type': 'text/plain' })).status, body).toBe(200)
  expect((await line.post('x'.repeat(70_000), {})).status).toBe(413)
  const kept = await events()
  expect(kept).toHaveLength(bodies.length)
  expect((await calls()).map(({ number }) => number).filter(Boolean)).toEqual([])
})

test('a caller who is banned hears busy, and the desk hears nothing', async () => {
  const line = await aLine(house)
  const who = await welcome(database.db, '骚扰者')
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: who.customerId,
      kind: 'phone',
      value: WANG,
      verified_at: clock.now(),
      created_at: clock.now(),
    })
    .execute()
  await database.db
    .insertInto('abuse_cases')
    .values({
      customer_id: who.customerId,
      state: 'banned',
      duty: 'harassment',
      until: new Date('2026-11-30T00:00:00Z'),
      opened_at: clock.now(),
      confirmed_by: mei,
    } as never)
    .execute()
  expect(await (await line.says(RING)).json()).toEqual({ action: 'reject', reason: 'busy' })
  await line.says({ event: 'hangup', callId: 'a1', cause: 'busy' })
  expect(await calls()).toMatchObject([{ state: 'rejected', rejected_why: 'banned' }])
  await heard(house)
  expect(await callbacks()).toEqual([])
})

test('one number that rings without an end is written down, hears busy, and owes the desk one callback at most', async () => {
  const line = await aLine(house)
  const replies: string[] = []
  for (let n = 0; n < 60; n++) replies.push(await (await line.says({ ...RING, callId: `flood-${n}` })).text())
  expect(replies.filter((reply) => reply === '{}')).toHaveLength(10)
  const all = await calls()
  expect(all).toHaveLength(60)
  expect(all.filter(({ state }) => state === 'ringing')).toHaveLength(10)
  for (let n = 0; n < 60; n++) await line.says({ event: 'hangup', callId: `flood-${n}`, cause: 'cancel' })
  await heard(house)
  expect(await callbacks()).toMatchObject([{ number: WANG, times: 10, state: 'due' }])
  const told = await database.db.selectFrom('events').select('name').where('name', '=', 'call.rejected').execute()
  expect(told).toHaveLength(50)
})

test('a key after the talk is the rating, a key in it is none', async () => {
  const line = await aLine(house)
  await line.says(RING)
  await line.says({ event: 'answer', callId: 'a1', user: '803' })
  await line.says({ event: 'dtmf', callId: 'a1', digit: '1' })
  clock.forward({ minutes: 1 })
  await line.says({ event: 'hangup', callId: 'a1', cause: 'normalClearing' })
  expect(await calls()).toMatchObject([{ score: null }])
  clock.forward({ seconds: 5 })
  await line.says({ event: 'dtmf', callId: 'a1', digit: '9' })
  await line.says({ event: 'dtmf', callId: 'a1', digit: '4' })
  await line.says({ event: 'dtmf', callId: 'a1', digit: '2' })
  expect(await calls()).toMatchObject([{ score: 4 }])
})
