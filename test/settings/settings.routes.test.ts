import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { keysOf } from '../../server/settings/definitions.ts'
import { currentSettings } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import {
  administratorSignedIn,
  changeSettings,
  changesIn,
  eventsIn,
  fieldsOn,
  said,
  settingOn,
} from '../support/settings.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const here = administratorSignedIn({ database, house, clock })

describe('a page of settings', () => {
  test('only who may set things sees it', async () => {
    const mei = await signedIn(house, await hire(database.db, '林玫'), 'en')
    for (const path of ['desk', 'categories', 'sites', 'terms', 'history'])
      expect((await mei.get(`/settings/${path}`)).status, path).toBe(403)
    expect((await mei.get('/settings')).status).toBe(403)
    expect((await mei.post('/settings/desk', { offerSeconds: 30 })).status).toBe(403)
    expect((await mei.get('/duty')).html).not.toContain('href="/settings"')
  })

  test('the rail leads to a list of all pages, and each to the others', async () => {
    expect((await here.admin.get('/duty')).html).toContain('href="/settings"')
    const index = await here.admin.get('/settings')
    const pages = [...index.html.matchAll(/class="panel" href="(\/settings\/[a-z]+)"/g)].map(([, path = '']) => path)
    expect(pages.length).toBeGreaterThanOrEqual(10)
    const beside = await here.admin.get('/settings/history')
    for (const path of pages) expect(beside.html).toContain(`<a href="${path}"`)
    expect((await here.admin.get('/settings/nothing')).status).toBe(404)
  })

  test('every setting stands on a page with value, default, bounds, unit, meaning and source, in both languages', async () => {
    const row = said(settingOn(await here.admin.get('/settings/desk'), 'offerSeconds'))
    for (const words of [
      'An offer waits',
      'So long one colleague',
      'Product default',
      '5 to 120',
      'Default 20',
      ' s ',
      'Never changed',
    ])
      expect(row).toContain(words)
    const chinese = await signedIn(house, here.lan, 'zh-CN')
    const zh = said(settingOn(await chinese.get('/settings/shifts'), 'earlyMinutes'))
    for (const words of ['提前到岗', '制度四、2', '0 到 60', '默认 15', '分钟', '没改过']) expect(zh).toContain(words)
    for (const group of ['desk', 'clocks', 'shifts', 'customers', 'conduct', 'people', 'brand'] as const) {
      const page = await chinese.get(`/settings/${group}`)
      for (const key of keysOf(group)) expect(page.html, key).toContain(`"${key}"`)
      expect(page.html).not.toMatch(/settings\.[a-z]/)
    }
  })

  test('a change is in force at once, kept with who and when, and announced in numbers', async () => {
    const answer = await changeSettings(here.admin, 'desk', { offerSeconds: '35', capacity: '4' })
    expect(answer.location).toBe('/settings/desk?saved=2')
    expect(await currentSettings(database.db)).toMatchObject({ offerSeconds: 35, capacity: 4, undoSeconds: 60 })
    expect(await changesIn(database.db)).toMatchObject([
      { subject: 'offerSeconds', old: 20, new: 35, changed_by: here.lan, changed_at: clock.now() },
      { subject: 'capacity', old: 5, new: 4, changed_by: here.lan },
    ])
    const [first] = await changesIn(database.db)
    expect(
      (await eventsIn(database.db, 'setting.changed')).map(({ payload, actor }) => ({ payload, actor }))[0],
    ).toEqual({
      payload: { by: here.lan, changeId: first?.id, from: 20, to: 35 },
      actor: `staff:${here.lan}`,
    })
    const page = await here.admin.get('/settings/desk?saved=2')
    expect(said(page.html)).toContain('2 changes kept.')
    expect(said(settingOn(page, 'offerSeconds'))).toMatch(/兰芝, 02:14 .*20 → 35.*Back to 20/)
  })

  test('what is out of bounds or no number is refused under its field, and what was typed stays', async () => {
    const answer = await changeSettings(here.admin, 'desk', {
      offerSeconds: '4',
      capacity: '<many>',
      undoSeconds: '90',
    })
    expect(answer.status).toBe(422)
    expect(said(settingOn(answer, 'offerSeconds'))).toContain('From 5 to 120.')
    expect(settingOn(answer, 'offerSeconds')).toContain('value="4"')
    expect(settingOn(answer, 'offerSeconds')).toContain('aria-invalid="true"')
    expect(said(settingOn(answer, 'offerSeconds'))).toContain('In force: 20')
    expect(said(settingOn(answer, 'capacity'))).toContain('That is not a number.')
    expect(settingOn(answer, 'capacity')).toContain('value="&lt;many&gt;"')
    expect(settingOn(answer, 'undoSeconds')).toContain('value="90"')
    expect(await changesIn(database.db)).toEqual([])
    const again = await here.admin.post('/settings/desk', { ...fieldsOn(answer), offerSeconds: '6', capacity: '6' })
    expect(again.location).toBe('/settings/desk?saved=3')
  })

  test('what must hold between two settings is refused where the eye is', async () => {
    const answer = await changeSettings(here.admin, 'desk', { quietSeconds: '90' })
    expect(answer.status).toBe(422)
    expect(said(settingOn(answer, 'lostSeconds'))).toContain('Longer than the 90 s after which offers stop')
    const night = await changeSettings(here.admin, 'shifts', { nightStart: '6:00' })
    expect(said(settingOn(night, 'nightEnd'))).toContain('begins and ends at the same time')
    expect(await changesIn(database.db)).toEqual([])
  })

  test('a form filled before a colleague’s change is not taken for a wish to undo it', async () => {
    const old = fieldsOn(await here.admin.get('/settings/desk'))
    const wei = await signedIn(house, await hire(database.db, '魏然', { roles: ['administrator'] }), 'en')
    await changeSettings(wei, 'desk', { capacity: '7' })
    const answer = await here.admin.post('/settings/desk', { ...old, offerSeconds: '30' })
    expect(answer.status).toBe(422)
    expect(said(answer.html)).toContain('A colleague has changed something on this page meanwhile.')
    expect(said(settingOn(answer, 'capacity'))).toContain('In force: 7')
    expect(await currentSettings(database.db)).toMatchObject({ capacity: 7, offerSeconds: 20 })
    // Another page is another matter.
    const clocks = fieldsOn(await here.admin.get('/settings/clocks'))
    expect((await here.admin.post('/settings/clocks', { ...clocks, answerSeconds: '45' })).status).toBe(303)
    const again = await here.admin.post('/settings/desk', { ...fieldsOn(answer), capacity: '7' })
    expect(again.location).toBe('/settings/desk?saved=1')
  })

  test('one press goes back to the default, which a later version may then move', async () => {
    await changeSettings(here.admin, 'desk', { offerSeconds: '35' })
    const page = await here.admin.get('/settings/desk')
    expect(page.html).toContain('action="/settings/each/offerSeconds/default"')
    expect(page.html).not.toContain('action="/settings/each/capacity/default"')
    expect((await here.admin.post('/settings/each/offerSeconds/default')).location).toBe('/settings/desk?saved=1')
    expect((await currentSettings(database.db)).offerSeconds).toBe(20)
    expect(await database.db.selectFrom('settings').selectAll().execute()).toEqual([])
    expect((await changesIn(database.db)).map(({ old, new: now }) => [old, now])).toEqual([
      [20, 35],
      [35, 20],
    ])
    expect((await here.admin.post('/settings/each/nothing/default')).status).toBe(404)
  })

  test('a default that would break what holds between two settings is refused as well', async () => {
    await changeSettings(here.admin, 'desk', { lostSeconds: '300', quietSeconds: '100' })
    const answer = await here.admin.post('/settings/each/lostSeconds/default')
    expect(answer.status).toBe(422)
    expect(said(answer.html)).toContain('Longer than the 100 s after which offers stop')
    expect((await currentSettings(database.db)).lostSeconds).toBe(300)
  })

  test('a field too many, a field too few and a form without its token change nothing', async () => {
    const fields = fieldsOn(await here.admin.get('/settings/desk'))
    expect((await here.admin.post('/settings/desk', { ...fields, more: '1' })).status).toBe(400)
    const { capacity: _, ...less } = fields
    expect((await here.admin.post('/settings/desk', less)).status).toBe(400)
    expect((await here.admin.post('/settings/desk', fields, { token: '' })).status).toBe(403)
    expect((await here.admin.post('/settings/desk', fields)).location).toBe('/settings/desk?saved=0')
    expect(await changesIn(database.db)).toEqual([])
  })

  test('the history cannot be edited, emptied or removed, by nobody', async () => {
    await changeSettings(here.admin, 'desk', { offerSeconds: '35' })
    for (const attempt of [
      sql`update setting_changes set new = '99'`,
      sql`delete from setting_changes`,
      sql`truncate setting_changes`,
    ])
      await expect(attempt.execute(database.db)).rejects.toThrow('setting_changes are insert-only')
    const history = said((await here.admin.get('/settings/history')).html)
    expect(history).toMatch(/An offer waits 20 35 兰芝 02:14/)
  })

  test('a long history is read page by page', async () => {
    for (let n = 0; n < 52; n++)
      await database.db
        .insertInto('setting_changes')
        .values({
          subject: 'capacity',
          old: JSON.stringify(n),
          new: JSON.stringify(n + 1),
          changed_by: here.lan,
          changed_at: clock.now(),
        })
        .execute()
    const first = await here.admin.get('/settings/history')
    expect(first.html.match(/<tr>/g)).toHaveLength(51)
    const older = /href="(\/settings\/history\?before=\d+)"/.exec(first.html)?.[1] ?? ''
    const second = await here.admin.get(older)
    expect(second.html.match(/<tr>/g)).toHaveLength(3)
    expect(second.html).not.toContain('before=')
  })
})
