import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endOver } from '../../jobs/end-what-is-over.ts'
import { fetchRecordings } from '../../jobs/fetch-recordings.ts'
import { logCall } from '../../server/calls/wrapping/actions.ts'
import type { CallId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { keeping } from '../../server/reactions.ts'
import { aLine, giveExtension, type TestLine } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { whereStands } from '../support/kept.ts'
import { as, hire, putOnPost } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let line: TestLine
let mei: StaffId
let pbx: Server
let at: string

/** A second of telephone sound. */
const WAV = Buffer.concat([
  Buffer.from(
    'RIFF\x64\x1f\x00\x00WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x40\x1f\x00\x00',
    'latin1',
  ),
  Buffer.alloc(8000, 0xff),
])

beforeAll(async () => {
  house = await openHouse(database, clock)
  pbx = createServer((request, answer) => {
    if (request.url === '/away.wav') return answer.writeHead(302, { location: '/a.wav' }).end()
    if (request.url === '/page.wav') return answer.end('<html>no sound</html>')
    if (request.url === '/later.wav') return answer.writeHead(404).end()
    answer.end(WAV)
  })
  await new Promise<void>((resolve) => pbx.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(pbx.address() as AddressInfo).port}`
})
afterAll(async () => {
  pbx.close()
  await house.close()
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  for await (const { id } of house.deps.files.list()) await house.deps.files.delete(id)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  await giveExtension(house, '803', mei)
  line = await aLine(house, { hosts: ['127.0.0.1'] })
})

const of = (id: string) => ({ callId: id, from: '13812340041', direction: 'in' })
/** As where the company allows addresses of its own network. */
const fetchAll = async () => {
  const job = fetchRecordings({ ...house.deps, config: { ...house.deps.config, insideHooks: true } })
  for (const { id } of await job.list(database.db, clock.now(), 50)) await job.run(id)
}
const recordings = () =>
  database.db.selectFrom('call_recordings').select(['id', 'kind', 'state', 'why', 'name']).orderBy('id').execute()
async function spoken(id: string) {
  await line.says({ event: 'newCall', ...of(id) })
  await line.says({ event: 'answer', ...of(id), user: '803' })
  await line.says({ event: 'hangup', ...of(id), cause: 'normalClearing' })
}

test('a recording is fetched once, told by its bytes, and played by whoever may, in pieces as a player asks for it', async () => {
  await spoken('a')
  for (const name of ['a.wav', 'page.wav', 'away.wav', 'later.wav'])
    await line.says({ event: 'recording', ...of('a'), recordingUrl: `${at}/${name}` })
  await fetchAll()
  expect(await recordings()).toMatchObject([
    { kind: 'recording', state: 'stored', why: null, name: 'a.wav' },
    { state: 'refused', why: 'not_audio' },
    { state: 'due', why: 'answered' },
    { state: 'due', why: 'answered' },
  ])
  const [one] = await recordings()
  const browser = await signedIn(house, mei)
  const played = await browser.get(`/calls/recordings/${one?.id}`)
  expect([played.status, played.headers.get('content-type'), played.headers.get('content-security-policy')]).toEqual([
    200,
    'audio/wav',
    "sandbox; default-src 'none'",
  ])
  const piece = await browser.get(`/calls/recordings/${one?.id}`, { headers: { range: 'bytes=0-3' } })
  expect([piece.status, piece.html, piece.headers.get('content-range')]).toEqual([
    206,
    'RIFF',
    `bytes 0-3/${WAV.length}`,
  ])
  expect((await browser.get(`/calls/recordings/${one?.id}`, { headers: { range: 'bytes=99999-' } })).status).toBe(416)
  const other = await hire(database.db, '陈舟')
  await putOnPost(database.db, other)
  expect((await (await signedIn(house, other)).get(`/calls/recordings/${one?.id}`)).status).toBe(404)
  for (const minutes of [1, 3, 11, 31]) {
    clock.forward({ minutes })
    await fetchAll()
  }
  expect((await recordings()).map(({ state }) => state)).toEqual(['stored', 'refused', 'failed', 'failed'])
})

test('voicemail and recordings go after their days, and who called after those of conversations', async () => {
  await spoken('a')
  await line.says({ event: 'recording', ...of('a'), recordingUrl: `${at}/a.wav` })
  await fetchAll()
  clock.set('2027-03-01T13:30:00+08:00')
  const run = async () => {
    const job = endOver(keeping)(house.deps)
    for (const { id } of await job.list(database.db, clock.now(), 5)) await job.run(id)
  }
  await run()
  expect(await recordings()).toMatchObject([{ state: 'over', name: null }])
  for await (const _left of house.deps.files.list()) expect.unreachable('a file was left')
  const call = () => database.db.selectFrom('calls').select(['number', 'state']).execute()
  expect(await call()).toEqual([{ number: '+8613812340041', state: 'ended' }])
  clock.set('2029-03-01T13:30:00+08:00')
  await run()
  expect(await call()).toEqual([{ number: null, state: 'ended' }])
  expect(await whereStands(house, '13812340041')).toEqual([])
})

test('after an erasure nothing holds the number, the note or the sound of a customer, also of calls that nobody wrote down', async () => {
  await spoken('a')
  await line.says({ event: 'recording', ...of('a'), recordingUrl: `${at}/a.wav` })
  await fetchAll()
  const callId = (await database.db.selectFrom('calls').select('id').executeTakeFirstOrThrow()).id as CallId
  const ticketId = await house.deps.transact(as(mei), (tx) =>
    logCall(tx, callId, {
      note: 'zqx8marker 光猫红灯',
      target: {
        kind: 'new',
        customerId: null,
        name: '顾一鸣',
        language: 'zh-CN',
        question: '宽带断了',
        clientId: crypto.randomUUID(),
      },
    }),
  )
  await line.says({ event: 'newCall', ...of('b') })
  await line.says({ event: 'hangup', ...of('b'), cause: 'cancel' })
  await heard(house)
  await database.db
    .updateTable('tickets')
    .set({ state: 'closed', closed_at: clock.now() })
    .where('id', '=', ticketId as TicketId)
    .execute()
  await database.db.updateTable('callbacks').set({ state: 'done', ended_at: clock.now(), ended_why: 'noted' }).execute()
  const { customer_id: id, number } = await database.db.selectFrom('tickets').selectAll().executeTakeFirstOrThrow()
  const office = await signedIn(house, await hire(database.db, '严明', { roles: ['administration'], posts: [] }))
  await office.post(`/customers/${id}/erasure`, { reason: 'their_wish', words: '来信要求' })
  expect((await office.post(`/customers/${id}/erasure/confirmation`, { typed: number })).status).toBe(303)
  expect(await whereStands(house, '13812340041')).toEqual([])
  expect(await whereStands(house, 'zqx8marker')).toEqual([])
  for await (const _left of house.deps.files.list()) expect.unreachable('a file was left')
  const states = await database.db.selectFrom('calls').select('state').orderBy('id').execute()
  expect(states.map(({ state }) => state)).toEqual(['ended', 'abandoned'])
})
