import { describe, expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { administratorSignedIn, eventsIn, jsonOf, said } from '../support/settings.ts'
import { hidden, type Page } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const here = administratorSignedIn({ database, house, clock })

describe('customers’ terms', () => {
  const publish = async (zh: string, en: string, seen?: string): Promise<Page> => {
    const page = await here.admin.get('/settings/terms')
    const body = new FormData()
    for (const [name, value] of Object.entries({
      _token: here.admin.token,
      zh,
      en,
      seen: seen ?? hidden(page, 'seen'),
    }))
      body.append(name, value)
    const answer = await house.app.request('/settings/terms', {
      method: 'POST',
      body,
      headers: { cookie: here.admin.cookie, 'sec-fetch-site': 'same-origin' },
    })
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      headers: answer.headers,
      html: await answer.text(),
    }
  }

  test('a new version needs both languages, is in force from now on, and the old ones are kept', async () => {
    expect((await publish('第一版', 'First version')).location).toBe('/settings/terms?published=1')
    clock.forward({ hours: 3 })
    expect((await publish('第二版\r\n第二段', 'Second version\r\nSecond paragraph')).location).toBe(
      '/settings/terms?published=2',
    )
    const terms = await (await house.app.request('/terms', { headers: { 'accept-language': 'en' } })).text()
    expect(said(terms)).toContain('Version 2')
    expect(terms).toContain('<p>Second paragraph</p>')
    const page = said((await here.admin.get('/settings/terms')).html)
    expect(page).toMatch(/Version 2 in force .*兰芝, .*Version 1 兰芝, /)
    expect(page).toContain('First version')
    expect((await eventsIn(database.db, 'terms.published')).map(({ payload }) => payload.version)).toEqual([1, 2])
    expect(said((await here.admin.get('/settings/history')).html)).toContain('Customers’ terms version 1 version 2')
  })

  test('half a version, the same again, and one written on an older one are refused with the words kept', async () => {
    await publish('第一版', 'First version')
    const half = await publish('第二版', ' ')
    expect([half.status, half.html.includes('第二版</textarea>')]).toEqual([422, true])
    expect(said(half.html)).toContain('Both languages are needed.')
    expect(said((await publish('第一版 ', 'First version\n')).html)).toContain(
      'Nothing is different from the version in force.',
    )
    await publish('第二版', 'Second version')
    const late = await publish('我的', 'Mine', '1')
    expect(said(late.html)).toContain('A colleague published version 2 meanwhile.')
    expect(late.html).toContain('Mine</textarea>')
    expect(hidden(late, 'seen')).toBe('2')
  })

  test('thousands of letters in both languages fit, and who accepted an older version is asked again', async () => {
    await publish('第一版', 'First version')
    const visitor = await jsonOf<{ token: string }>(
      house.app.request('/api/v1/visitors', {
        method: 'POST',
        body: JSON.stringify({ language: 'en' }),
        headers: { 'content-type': 'application/json' },
      }),
    )
    const ask = (termsVersion: number) =>
      house.app.request('/api/v1/tickets', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${visitor.token}` },
        body: JSON.stringify({
          clientId: crypto.randomUUID(),
          termsVersion,
          language: 'en',
          name: 'Chen Wei',
          contact: '+86 138 0013 8000',
          topicId: null,
          question: 'The line is down.',
        }),
      })
    const long = '夜里有人值守。'.repeat(2500)
    expect((await publish(long, 'Someone is on duty. '.repeat(900))).status).toBe(303)
    const old = await ask(1)
    const { error } = await jsonOf<{ error: { code: string } }>(old)
    expect([old.status, error.code]).toEqual([409, 'terms_changed'])
    expect((await ask(2)).status).toBe(201)
    const accepted = await database.db.selectFrom('visitors').select('terms_version').executeTakeFirstOrThrow()
    expect(accepted.terms_version).toBe(2)
    expect(said((await publish('x'.repeat(20_001), 'y')).html)).toContain('At most 20000 letters; these are 20001.')
  })
})
