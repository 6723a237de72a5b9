import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

const PAGES = ['/people', '/people/new', '/people/import', '/departments', '/leadership', '/outgoing', '/roles', '/me']
const administrator = (): Promise<StaffId> => hire(database.db, '韦一', { roles: ['administrator'] })

test('in an empty house staff are led to the setup, and customers read that nobody is here yet', async () => {
  expect((await house.app.request('/sign-in')).headers.get('location')).toBe('/setup')
  expect(await (await house.app.request('/')).text()).toContain('这里还没有人')
  expect((await house.app.request('/setup')).status).toBe(200)
})

test('every page of the house opens for an administrator, in both languages, with a word for everything', async () => {
  const id = await administrator()
  for (const language of ['zh-CN', 'en']) {
    const me = await signedIn(house, id, language)
    for (const path of [...PAGES, `/people/${id}`, '/setup/leadership', '/setup/night', '/duty']) {
      const { status, html } = await me.get(path)
      expect(status, path).toBe(200)
      const missing =
        /\b(people|departments|leadership|outgoing|roles|me|setup|refusals|common)\.[a-z_]+(\.\w+)*\b(?=[<"\s])/
      expect(
        html.replaceAll(/\s(data-words|href|src)="[^"]*"/g, '').match(missing)?.[0],
        `${language} ${path}`,
      ).toBeUndefined()
    }
  }
})

test('a page asked for without a session leads to sign-in and back to the very same page, also where only its head is asked for', async () => {
  for (const method of ['GET', 'HEAD']) {
    const answer = await house.app.request('/roster?month=2026-11&post=guard', { method })
    expect(answer.status, method).toBe(303)
    const { searchParams } = new URL(answer.headers.get('location') ?? '', 'http://localhost')
    expect(searchParams.get('next')).toBe('/roster?month=2026-11&post=guard')
  }
})

test('an agent reads the role cards and their own account, and no page of people', async () => {
  const mei = await signedIn(house, await hire(database.db, '林玫'))
  for (const path of ['/people', '/departments', '/outgoing', '/people/import'])
    expect((await mei.get(path)).status, path).toBe(403)
  expect((await mei.get('/roles')).status).toBe(200)
})

test('a red banner says that nobody heads the leadership group, to those who can change it', async () => {
  const words = '现在没有组长'
  expect((await (await signedIn(house, await administrator())).get('/duty')).html).toContain(words)
  expect((await (await signedIn(house, await hire(database.db, '林玫'))).get('/duty')).html).not.toContain(words)
})

test('a session is ended from another one, and only by its own person', async () => {
  const id = await hire(database.db, '林玫')
  const here = await signedIn(house, id)
  const there = await signedIn(house, id)
  const sessions = await database.db.selectFrom('sessions').select('id').orderBy('id').execute()
  const other = await signedIn(house, await hire(database.db, '陈舟'))
  expect((await other.post(`/me/sessions/${sessions[1]?.id}/ending`)).status).toBe(404)
  expect((await here.post(`/me/sessions/${sessions[1]?.id}/ending`)).status).toBe(303)
  expect((await there.get('/me')).status).toBe(303)
  expect((await here.get('/me')).status).toBe(200)
})
