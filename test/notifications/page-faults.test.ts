import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { SETTINGS } from '../../server/settings/definitions.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as } from '../support/people.ts'
import { answers, hangsUp, openReceiver } from '../support/receiver.ts'
import { leadAndAdministrator, openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let night: ReturnType<typeof openTelling>
let ji: StaffId
let lan: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  night = openTelling(house)
  ;({ ji, lan } = await leadAndAdministrator(database.db))
  await database.db.updateTable('staff').set({ phone: '13800000000' }).where('id', '=', ji).execute()
})

const gateway = (channel: 'sms' | 'voice', url: string) =>
  house.deps.transact(as(lan, null, ['administrator']), (tx) =>
    saveHook(tx, { channel, departmentId: null, address: `${url}/${channel}`, secret: 'a good secret' }, true),
  )

/** A gateway that speaks HTTP by hand: it sends these answers, one after the other, to each request on a line that stays open. */
async function byHand(...statuses: readonly string[]) {
  const lines: Socket[] = []
  const server = net.createServer((line) => {
    lines.push(line)
    line.on('error', () => undefined)
    line.on('data', () => {
      for (const status of statuses) line.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const line of lines) line.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lines }
}

test('a gateway that answers twice has answered once: the first counts, and the second is not taken for the answer to the next page', async () => {
  const sms = await byHand('200 OK', '500 Internal Server Error')
  await gateway('sms', sms.url)
  await night.alarm()
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms sent'])
  await night.alarm('complaint')
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms sent', 'page sent', 'sms sent'])
  // Each page has a line of its own, so that nothing that comes late on one is read on another.
  expect(sms.lines).toHaveLength(2)
})

test('a page that was sent although its answer says 200 twice goes out once', async () => {
  const sms = await byHand('200 OK', '200 OK')
  await gateway('sms', sms.url)
  await night.alarm()
  for (let second = 0; second < 60; second++) {
    await night.tick(['deliver-notices', 'follow-pages'])
    clock.forward({ seconds: 1 })
  }
  expect(await night.sent(ji)).toEqual(['page sent', 'sms sent'])
  expect(sms.lines).toHaveLength(1)
})

test('a gateway that says yes when nobody waits for it any more was passed: the next channel has the page, and the late yes changes nothing', async () => {
  let late = (): void => undefined
  const sms = await openReceiver((_received, response) => {
    late = () => response.writeHead(200).end()
  })
  const voice = await openReceiver()
  await gateway('sms', sms.url)
  await gateway('voice', voice.url)
  await night.alarm()
  // As long as a gateway is really waited for.
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown'])
  late()
  for (const step of ['follow-pages', 'deliver-notices']) await night.tick([step])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms unknown', 'voice sent'])
  expect([sms.taken.length, voice.taken.length]).toEqual([1, 1])
}, 20_000)

/** What went to the duty manager in a minute in which the ticker looks every two seconds, and when, in seconds. */
async function minute(): Promise<[string, number][]> {
  const begin = clock.now().getTime()
  await night.alarm()
  for (let second = 0; second < 60; second += 2) {
    await night.tick(['deliver-notices', 'follow-pages'])
    clock.forward({ seconds: 2 })
  }
  const rows = await database.db
    .selectFrom('deliveries')
    .select(['channel', 'made_at', 'page_id'])
    .where('staff_id', '=', ji)
    .orderBy('id')
    .execute()
  expect(new Set(rows.map(({ page_id }) => page_id)).size).toBe(1)
  return rows.map(({ channel, made_at }) => [channel, (made_at.getTime() - begin) / 1000])
}

test.each([
  ['that refuses', () => openReceiver(answers(500))],
  ['that hangs up', () => openReceiver(hangsUp)],
])('after a gateway %s the next channel has the page within fifteen seconds', async (_how, receiver) => {
  const [sms, voice] = [await receiver(), await openReceiver()]
  await gateway('sms', sms.url)
  await gateway('voice', voice.url)
  const [, , [channel, after] = ['', 99]] = await minute()
  expect(channel).toBe('voice')
  expect(after).toBeLessThanOrEqual(15)
  expect([sms.taken.length, voice.taken.length]).toEqual([1, 1])
})

test('at the longest that the setting allows, a silent gateway is passed within fifteen seconds, though the ticker looks two seconds late', async () => {
  const longest = SETTINGS.pageNextSeconds.max
  expect(longest + 2).toBeLessThanOrEqual(15)
  await storeSetting(database.db, { key: 'pageNextSeconds', value: longest, by: null, at: clock.now() })
  forgetSettings()
  const voice = await openReceiver()
  await gateway('sms', 'http://127.0.0.1:9')
  await gateway('voice', voice.url)
  await night.alarm()
  // It is on its way, and its process never comes back.
  const due_at = new Date(clock.now().getTime() + 60_000)
  await database.db.updateTable('deliveries').set({ state: 'sending', due_at }).where('channel', '=', 'sms').execute()
  clock.forward({ seconds: longest + 2 })
  await night.tick(['follow-pages'])
  await night.tick(['deliver-notices'])
  expect(voice.taken).toHaveLength(1)
})
