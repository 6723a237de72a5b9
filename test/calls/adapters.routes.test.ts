import { beforeEach, expect, test } from 'vitest'
import { signTwilio } from '../../server/calls/adapters/twilio.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { aLine, giveExtension } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost } from '../support/people.ts'
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
const calls = () => database.db.selectFrom('calls').selectAll().orderBy('id').execute()

test('Twilio: signed status callbacks, the leg that an agent lifts is the answer; a blocked caller gets TwiML', async () => {
  const line = await aLine(house, { adapter: 'twilio', secret: 'auth-token-of-twilio' })
  const send = (fields: Record<string, string>, secret = 'auth-token-of-twilio') => {
    const body = new URLSearchParams(fields).toString()
    const url = `${house.deps.config.publicUrl}${line.path}`
    return line.post(body, {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signTwilio(url, body, secret),
    })
  }
  const parent = {
    CallSid: 'CA1',
    From: '+8613800138000',
    To: '+864006789000',
    Direction: 'inbound',
    ApiVersion: '2010-04-01',
  }
  expect((await send({ ...parent, CallStatus: 'ringing' }, 'wrong-token')).status).toBe(401)
  const reply = await send({ ...parent, CallStatus: 'ringing' })
  expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([
    200,
    'text/xml; charset=utf-8',
    '<Response/>',
  ])
  // A program has lifted: nobody has answered yet.
  await send({ ...parent, CallStatus: 'in-progress' })
  expect(await calls()).toMatchObject([{ state: 'ringing' }])
  const leg = {
    CallSid: 'CA2',
    ParentCallSid: 'CA1',
    From: '+8613800138000',
    To: 'client:803',
    Direction: 'outbound-dial',
  }
  await send({ ...leg, CallStatus: 'ringing' })
  await send({ ...leg, CallStatus: 'in-progress' })
  expect(await calls()).toMatchObject([{ state: 'answered', answered_by: mei }])
  await send({ ...leg, CallStatus: 'completed', CallDuration: '61' })
  await send({ ...parent, CallStatus: 'completed', CallDuration: '70' })
  expect(await calls()).toMatchObject([{ state: 'ended', call_key: 'CA1', number: WANG }])
})

test('7moor: one form with all that is known of a call becomes its events at their own instants', async () => {
  const line = await aLine(house, { adapter: 'moor' })
  const base = { CallNo: '013800138000', CalledNo: '4006789000', CallSheetID: 's-1', CallType: 'normal', Queue: '夜班' }
  await line.fills({ ...base, CallState: 'Ring', Ring: '2026-11-24 02:13:20' })
  expect(await calls()).toMatchObject([{ state: 'ringing', number: WANG, queue: '夜班' }])
  await line.fills({
    ...base,
    CallState: 'Hangup',
    State: 'dealing',
    Agent: '803',
    Exten: '803',
    Ring: '2026-11-24 02:13:20',
    Begin: '2026-11-24 02:13:31',
    End: '2026-11-24 02:13:59',
    RecordFile: 'monitor/s-1.mp3',
    FileServer: 'https://records.7moor.example',
  })
  const [call] = await calls()
  expect(call).toMatchObject({ state: 'ended', answered_by: mei })
  expect(call?.answered_at).toEqual(new Date('2026-11-24T02:13:31+08:00'))
  expect(await database.db.selectFrom('call_recordings').select(['url', 'state', 'why']).execute()).toEqual([
    { url: 'https://records.7moor.example/monitor/s-1.mp3', state: 'refused', why: 'host' },
  ])
  await line.fills({
    ...base,
    CallSheetID: 's-2',
    CallState: 'Hangup',
    State: 'queueLeak',
    Ring: '2026-11-24 02:13:40',
    End: '2026-11-24 02:13:52',
  })
  await heard(house)
  expect((await calls())[1]).toMatchObject({ state: 'abandoned' })
})

test('kamailio: addresses of SIP for numbers, its answer for the cause', async () => {
  const line = await aLine(house, { adapter: 'kamailio' })
  await line.says({
    event: 'newCall',
    callId: 'k1',
    from: 'sip:+8613800138000@10.0.0.1:5060',
    to: 'sip:4006789000@helpdesk.test',
  })
  await line.says({ event: 'hangup', callId: 'k1', sipStatus: 487 })
  expect(await calls()).toMatchObject([{ state: 'abandoned', number: WANG }])
})
