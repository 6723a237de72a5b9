import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { plainBrowser } from '../support/plain-browser.ts'
import { neverAnswers, openReceiver } from '../support/receiver.ts'
import { complain, customerWith, until } from './night.ts'
import { type Fire, startUnderFire } from './program-under-fire.ts'

const LONG = 200_000

async function signedIn(fire: Fire, login: string) {
  const browser = plainBrowser(fire.url)
  await browser.read('/sign-in')
  await browser.post('/sign-in', { login, password: 'nightdesk' })
  return browser
}

test(
  'a program that is killed while a page is on its way pages by the next channel when it is back, under the same page id',
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-page-'))
    const fire = await startUnderFire(folder, { INSIDE_HOOKS: 'on' })
    onTestFinished(async () => {
      await fire.close()
      fs.rmSync(folder, { recursive: true, force: true })
    })
    const manager = async () =>
      (
        await fire.ask<{ login: string; shift: string }>(
          `select p.login, s.id as shift from shifts s join staff p on p.id = s.staff_id where s.post = 'manager' and s.during @> now() limit 1`,
        )
      )[0]
    await until('the company has moved in', async () => (await manager()) !== undefined)
    const { login = '', shift = '' } = (await manager()) ?? {}
    await fire.ask(`update staff set phone = '13800000000' where login = $1`, [login])
    const [sms, voice] = [await openReceiver(neverAnswers), await openReceiver()]
    const admin = await signedIn(fire, 'ad0602')
    for (const [channel, { url }] of [
      ['sms', sms],
      ['voice', voice],
    ] as const) {
      await admin.read('/settings/channels')
      const saved = await admin.post('/settings/channels', {
        channel,
        department: '',
        address: url,
        secret: 'a good secret',
      })
      expect(saved.status).toBe(303)
    }
    const onPost = await signedIn(fire, login)
    await onPost.read('/duty')
    expect((await onPost.post('/duty/check-in', { shift })).status).toBe(303)
    const customer = await customerWith(fire.url)
    await until('a complaint is taken', () => complain(fire.url, customer))
    const of = (taken: typeof sms.taken, page?: string) =>
      taken.map(({ body }) => JSON.parse(String(body))).filter((one) => page === undefined || one.page === page)
    await until('the page is on its way', async () => of(sms.taken).length > 0)
    const { page } = of(sms.taken)[0]
    await fire.kill('program')
    await until('the next channel has it', async () => of(voice.taken, page).length > 0, 40_000)
    expect(of(voice.taken, page)).toHaveLength(1)
    expect(of(sms.taken, page)).toHaveLength(1)
    const [{ state, error } = { state: '', error: '' }] = await fire.ask<{ state: string; error: string }>(
      `select state, error from deliveries where page_id = $1 and channel = 'sms'`,
      [page],
    )
    expect({ state, error }).toEqual({ state: 'unknown', error: 'process_lost' })
    customer.client.close()
    expect(await fire.stop(), fire.output()).toBe(0)
  },
  LONG,
)
