import { afterAll, beforeAll, expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'

const database = testDatabase()
let house: QuietHouse
beforeAll(async () => {
  house = await openHouse(database, handSetClock())
})
afterAll(() => house.close())

test('scripts go out without the comments that stand on lines of their own, and with everything else', async () => {
  for (const script of ['/chat.js', '/chat/panel.js', '/chat/notice.js', '/desk/keys.js']) {
    const text = await (await house.app.request(script)).text()
    expect(text, script).not.toMatch(/^\s*(\/\/|\/\*)/m)
    expect(text, script).toMatch(/^import /m)
  }
  expect(await (await house.app.request('/chat/conversation.js')).text()).toMatch(/\/tickets\/\$\{ticketId\}\/files/)
})
