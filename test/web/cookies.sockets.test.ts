import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openDeskLine, opened } from '../support/desk-line.ts'
import { hire } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House
let mei: Browser

beforeAll(async () => {
  house = await startServer(database, clock, undefined, { trustedProxies: '127.0.0.1' })
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await signedIn(house, await hire(database.db, '林玫'))
})

/** As it was set here over https, and as another host of the company's domain may have set it for this one. */
const ours = () => mei.cookie.replaceAll('nightdesk', '__Host-nightdesk')
const theirs = () => mei.cookie
const proto = (secure: boolean) => ({ 'x-forwarded-proto': secure ? 'https' : 'http' })

const status = async (cookie: string, secure: boolean) => {
  const answer = await fetch(`${house.url}/me`, {
    headers: { accept: 'application/json', cookie, ...proto(secure) },
  })
  await answer.text()
  return answer.status
}
const line = (cookie: string, secure: boolean): Promise<string> =>
  opened(openDeskLine(house.url, { cookie, origin: house.url, ...proto(secure) })).then(
    () => 'open',
    (error) => error.message,
  )

test('over https a session is opened by the cookie that only this host can set, by no other of its name', async () => {
  expect(await status(ours(), true)).toBe(200)
  expect(await status(theirs(), true)).toBe(401)
  expect(await status(theirs(), false)).toBe(200)
})

test('on the live line likewise', async () => {
  expect(await line(ours(), true)).toBe('open')
  expect(await line(theirs(), true)).toBe('unauthenticated')
  expect(await line(theirs(), false)).toBe('open')
})
