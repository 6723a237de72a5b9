import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Asked, aQuestion, call } from '../support/customer.ts'
import { ownDatabase } from '../support/database.ts'
import { faithfulClient } from '../support/faithful-client.ts'
import { plainBrowser } from '../support/plain-browser.ts'
import { freePort, runProgram, stopProgram, untilReady } from '../support/program.ts'
import { until } from './night.ts'
import { zoneInTheMorning } from './program-under-fire.ts'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')
const database = ownDatabase('company')

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-company-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

/** The fields of a page's form of settings as they stand on it. */
function fieldsOn(html: string): Record<string, string> {
  const form = /<form class="panel settings-form"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  return Object.fromEntries(
    [...form.matchAll(/<input[^>]*name="([^"]+)" value="([^"]*)"/g)]
      .map(([, name = '', value = '']) => [name, value] as const)
      .filter(([name]) => name !== '_token'),
  )
}

test('a setting changed at one process is in force at the other, without a restart and without Redis', async () => {
  const surroundings = {
    DATABASE_URL: database.url,
    REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    DATA_DIR: folder(),
    DEMO: 'on',
    COMPANY_TIME_ZONE: zoneInTheMorning(),
  }
  const one = await runProgram({ ...surroundings, ROLE: 'web' })
  await untilReady(one)
  const other = await runProgram({ ...surroundings, ROLE: 'web' })
  await untilReady(other)
  await until('the company has moved in', async () => /ad0602/.test(one.output()))
  const admin = plainBrowser(one.url)
  await admin.read('/sign-in')
  await admin.post('/sign-in', { login: 'ad0602', password: 'nightdesk' })
  const helped = async () => (await fetch(other.url)).text()
  expect(await helped()).not.toContain('021-5555-0123')
  const fields = fieldsOn(await admin.read('/settings/customers'))
  expect(Object.keys(fields)).toContain('dayDeskPhone')
  expect((await admin.post('/settings/customers', { ...fields, dayDeskPhone: '021-5555-0123' })).status).toBe(303)
  await until('the other process shows it', async () => (await helped()).includes('021-5555-0123'), 3000)
  expect(await stopProgram(other)).toBe(0)
  expect(await stopProgram(one)).toBe(0)
})

test('a backup taken while customers write starts another house, and there the talk goes on', async () => {
  const first = folder()
  const program = await runProgram({ DATA_DIR: first, DEMO: 'on', COMPANY_TIME_ZONE: zoneInTheMorning() })
  await untilReady(program)
  await until('the company has moved in', async () => /ad0602/.test(program.output()))
  const { token } = (await call<{ token: string }>(program.url, 'POST', '/visitors', { body: { language: 'en' } })).body
  const { ticket } = (await call<Asked>(program.url, 'POST', '/tickets', { token, body: aQuestion() })).body
  const client = faithfulClient(program.url, token, ticket.id)
  const says = async (n: number): Promise<void> => {
    client.send(`word ${n}`, 'none')
    await until('it is heard', async () => client.acknowledged.length >= n)
  }
  for (const n of [1, 2, 3]) await says(n)
  const file = path.join(folder(), 'night.tar.gz')
  const tool = (script: string, dataDir: string) =>
    spawnSync(process.execPath, [`server/tools/${script}.ts`, file], {
      cwd: CHECKOUT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir },
      encoding: 'utf8',
    })
  expect(tool('backup', first).stdout).toMatch(/^Backed up as of/)
  client.close()
  expect(await stopProgram(program)).toBe(0)

  const second = path.join(folder(), 'data')
  const restored = tool('restore', second)
  expect(restored.stderr + restored.stdout).toMatch(/Restored what stood there on/)
  const again = await runProgram({ DATA_DIR: second, DEMO: 'on', COMPANY_TIME_ZONE: zoneInTheMorning() })
  await untilReady(again)
  const returned = faithfulClient(again.url, token, ticket.id)
  const words = () => returned.screen().map(({ body }) => body)
  await until('the customer sees all again', async () => {
    await returned.catchUp()
    return words().includes('word 3')
  })
  expect(words()).toEqual(expect.arrayContaining(['word 1', 'word 2', 'word 3']))
  returned.send('word 4', 'none')
  await until('the restored house hears it', async () => returned.acknowledged.length >= 1)
  expect(await fetch(`${again.url}/readyz`).then(({ status }) => status)).toBe(200)
  returned.close()
  expect(await stopProgram(again)).toBe(0)
})
