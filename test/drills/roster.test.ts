import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { plainBrowser } from '../support/plain-browser.ts'
import { childrenOf } from './children.ts'
import { until } from './night.ts'
import { type Fire, startUnderFire } from './program-under-fire.ts'

const SEARCH = 'roster/generator/aside.ts'

/** A month that the demo has not planned. */
function farMonth(): string {
  const now = new Date()
  const far = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 4, 1))
  return far.toISOString().slice(0, 7)
}

test('whatever is killed while a roster is looked for, the draft stays as it was, the search goes on or ends in words, and HR can start again', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-roster-'))
  const fire: Fire = await startUnderFire(folder)
  onTestFinished(async () => {
    await fire.close()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  await until('the company has moved in', async () => {
    const rows = await fire.ask(`select id from staff where 'hr' = any(standing_roles)`)
    return rows.length > 0
  })
  const month = farMonth()
  const plan = `/roster/plan/${month}`
  const [hr] = await fire.ask<{ login: string }>(
    `select login from staff where 'hr' = any(standing_roles) order by number limit 1`,
  )
  const page = plainBrowser(fire.url)
  await page.read('/sign-in')
  await page.post('/sign-in', { login: hr?.login ?? '', password: 'nightdesk' })
  const press = async (act: string, fields: Record<string, string> = {}): Promise<number> => {
    await page.read(plan)
    return (await page.post(`${plan}/${act}`, fields)).status
  }
  expect(await press('opening')).toBe(303)
  const [guard] = await fire.ask<{ id: string }>(
    `select id::text from staff where active and 'guard' = any(posts) order by number limit 1`,
  )
  expect(await press('cells', { changes: `${month}-10 ${guard?.id} guard` })).toBe(303)
  const draft = () =>
    fire.ask('select night::text, post, staff_id::text as staff from roster_cells where month = $1 order by 1, 2, 3', [
      month,
    ])
  const written = await draft()
  expect(written).toHaveLength(1)
  const last = async () =>
    (
      await fire.ask<{ id: string; state: string }>(
        'select id::text, state from roster_runs where month = $1 order by id desc limit 1',
        [month],
      )
    )[0]
  const searching = () => until('it is looked for', async () => childrenOf(SEARCH, fire.pid()).length > 0)

  // The process that searches dies: it ends in words, and nothing is written.
  expect(await press('run', { seconds: '60' })).toBe(303)
  await searching()
  for (const pid of childrenOf(SEARCH, fire.pid())) process.kill(pid, 'SIGKILL')
  await until('it has ended', async () => (await last())?.state === 'failed')
  expect(await draft()).toEqual(written)
  expect(await page.read(plan)).toMatch(/No roster was found|没有算出排班/)

  // The program dies: whoever starts next takes the search up, and until it is whole the draft is as it was.
  expect(await press('run', { seconds: '20' })).toBe(303)
  const second = await last()
  await searching()
  await fire.kill('program')
  expect(await draft()).toEqual(written)
  expect(['asked', 'running']).toContain((await last())?.state)
  await until('it is taken up and found', async () => (await last())?.state === 'done')
  expect((await last())?.id).toBe(second?.id)
  expect((await draft()).length).toBeGreaterThan(100)

  // With both gone at once HR stops what was lost, and starts again.
  const before = await draft()
  expect(await press('run', { seconds: '60' })).toBe(303)
  await searching()
  await fire.kill('both')
  expect(await draft()).toEqual(before)
  expect(await press('run/cancel')).toBe(303)
  expect((await last())?.state).toBe('cancelled')
  expect(await press('run', { seconds: '20' })).toBe(303)
  await until('the new one is found', async () => (await last())?.state === 'done')
  expect(await fire.stop(), fire.output()).toBe(0)
}, 400_000)
