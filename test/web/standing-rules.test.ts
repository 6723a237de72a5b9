import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { Env } from '../../server/web/env.ts'
import { nearestPage, standing } from '../../server/web/standing.ts'

const OURS = 'https://night.example.com'

const house = new Hono<Env>()
house.use(
  standing(
    () => house.routes,
    (origin) => origin === OURS,
  ),
)
house.get('/', (c) => c.text(c.var.here()))
house.get('/tickets/:id{[0-9]+}', (c) => c.text(c.var.here()))
house.post('/tickets/:id/resolution', (c) => c.text(c.var.here(), 422))
house.post('/language', (c) => c.text(c.var.here(), 422))

const here = async (path: string, referer?: string) =>
  (await house.request(path, { method: 'POST', headers: referer ? { referer } : {} })).text()

test('a page is where it was asked for, with its query', async () => {
  expect(await (await house.request('/tickets/42?before=7')).text()).toBe('/tickets/42?before=7')
})

test('a form refused leads back to the page that it stood on, with its query', async () => {
  expect(await here('/tickets/42/resolution', `${OURS}/tickets/42?before=7`)).toBe('/tickets/42?before=7')
})

test('refused twice, or by a browser that names no page, it leads to the nearest page above', async () => {
  expect(await here('/tickets/42/resolution', `${OURS}/tickets/42/resolution`)).toBe('/tickets/42')
  expect(await here('/tickets/42/resolution')).toBe('/tickets/42')
  expect(await here('/language')).toBe('/')
})

test('it never leads to what another site calls its page', async () => {
  expect(await here('/language', 'https://elsewhere.example/tickets/42')).toBe('/')
  expect(await here('/language', 'no address')).toBe('/')
})

test('the nearest page is the path itself where it is one', () => {
  expect(nearestPage('/settings/desk', (path) => path === '/settings/desk')).toBe('/settings/desk')
})
