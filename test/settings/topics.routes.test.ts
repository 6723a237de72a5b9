import { sql } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
import { listCategories } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { administratorSignedIn, eventsIn, jsonOf, said } from '../support/settings.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const here = administratorSignedIn({ database, house, clock })

describe('topics', () => {
  const tree = async () => (await listCategories(database.db)).map(({ name, parentId }) => [name.en, parentId !== null])
  const add = (zh: string, en: string, more: Record<string, string> = {}) =>
    here.admin.post('/settings/categories', { zh, en, skill: '', above: '', ...more })
  const idOf = async (en: string): Promise<string> =>
    (
      await database.db
        .selectFrom('categories')
        .select('id')
        .where(sql<boolean>`name ->> 'en' = ${en}`)
        .executeTakeFirstOrThrow()
    ).id

  beforeEach(async () => {
    await add('宽带', 'Broadband', { skill: 'Broadband' })
    await add('账单', 'Billing')
    await add('断网', 'Outage', { above: await idOf('Broadband') })
    await add('网速慢', 'Slow', { above: await idOf('Broadband') })
  })

  test('they are added under one another, and customers choose from them at once, in their order', async () => {
    expect(await tree()).toEqual([
      ['Broadband', false],
      ['Outage', true],
      ['Slow', true],
      ['Billing', false],
    ])
    const { topics } = await jsonOf<{ topics: { name: { en: string } }[] }>(house.app.request('/api/v1/desk'))
    expect(topics.map(({ name }) => name.en)).toEqual(['Broadband', 'Outage', 'Slow', 'Billing'])
    expect((await eventsIn(database.db, 'category.changed')).map(({ payload }) => payload.what)).toEqual([
      'added',
      'added',
      'added',
      'added',
    ])
  })

  test('they move up and down among their own, with those under them', async () => {
    await here.admin.post(`/settings/categories/${await idOf('Billing')}/up`)
    await here.admin.post(`/settings/categories/${await idOf('Slow')}/up`)
    expect((await tree()).map(([name]) => name)).toEqual(['Billing', 'Broadband', 'Slow', 'Outage'])
    await here.admin.post(`/settings/categories/${await idOf('Billing')}/up`)
    expect((await tree()).map(([name]) => name)).toEqual(['Billing', 'Broadband', 'Slow', 'Outage'])
    await here.admin.post(`/settings/categories/${await idOf('Billing')}/down`)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Slow', 'Outage', 'Billing'])
  })

  test('a new name, skill or place is kept with the old one in the history', async () => {
    const id = await idOf('Slow')
    const answer = await here.admin.post(`/settings/categories/${id}`, {
      zh: '网速',
      en: 'Speed',
      skill: 'lines',
      above: '',
    })
    expect(answer.location).toBe('/settings/categories')
    expect((await listCategories(database.db)).find((one) => one.id === id)).toMatchObject({
      name: { 'zh-CN': '网速', en: 'Speed' },
      skill: 'lines',
      parentId: null,
    })
    const history = said((await here.admin.get('/settings/history')).html)
    expect(history).toContain('Topic Slow Speed · lines')
  })

  test('a form that is refused comes back open, with what was typed and why', async () => {
    const id = await idOf('Slow')
    const answer = await here.admin.post(`/settings/categories/${id}`, {
      zh: '断网',
      en: 'Slow "line"',
      skill: 'a,b',
      above: '',
    })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('value="Slow &quot;line&quot;"')
    expect(answer.html).toMatch(new RegExp(`id="topic-${id}-line"[^>]*>\\s*<details open>`))
    expect(said(answer.html)).toContain('One skill, of at most 40 letters.')
    const twice = await add('账单', 'Bills')
    expect(said(twice.html)).toContain('There is a topic of this name at the same place.')
  })

  test('one that is in use cannot vanish: it is switched off, keeps what it has, and can come back', async () => {
    const [outage, broadband] = [await idOf('Outage'), await idOf('Broadband')]
    const asked = await database.db
      .insertInto('customers')
      .values({ name: '苏晴', language: 'en', created_at: clock.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    await database.db
      .insertInto('tickets')
      .values({
        state: 'closed',
        customer_id: asked.id,
        channel: 'web',
        language: 'en',
        category_id: outage,
        subject: 's',
        place_at: clock.now(),
        created_at: clock.now(),
        last_message_at: clock.now(),
      })
      .execute()
    const kept = await here.admin.post(`/settings/categories/${outage}/removal`)
    expect([kept.status, said(kept.html).includes('It is in use. Switch it off instead')]).toEqual([422, true])
    const parent = await here.admin.post(`/settings/categories/${broadband}/removal`)
    expect(said(parent.html)).toContain('There are topics under it.')

    await here.admin.post(`/settings/categories/${outage}/off`)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Slow', 'Billing'])
    await here.admin.post(`/settings/categories/${broadband}/off`)
    expect((await tree()).map(([name]) => name)).toEqual(['Billing'])
    await here.admin.post(`/settings/categories/${broadband}/on`)
    await here.admin.post(`/settings/categories/${outage}/on`)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Outage', 'Slow', 'Billing'])

    expect((await here.admin.post(`/settings/categories/${await idOf('Billing')}/removal`)).status).toBe(303)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Outage', 'Slow'])
    expect((await eventsIn(database.db, 'category.changed')).map(({ payload }) => payload.what).slice(4)).toEqual([
      'switched_off',
      'switched_off',
      'switched_on',
      'switched_on',
      'removed',
    ])
  })
})
