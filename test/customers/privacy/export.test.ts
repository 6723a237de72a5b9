import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { beforeEach, expect, test } from 'vitest'
import { fileNameOf } from '../../../server/customers/privacy/archive.ts'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { aLife, MARKER, whereStands } from '../../support/kept.ts'
import { hire } from '../../support/people.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let yan: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  for await (const { id } of house.deps.files.list()) await house.deps.files.delete(id)
  yan = await hire(database.db, '严明', { roles: ['administration'], posts: [] })
})

async function handed(customerId: string) {
  const { cookie, token } = await signedIn(house, yan)
  const answer = await house.app.request(`/customers/${customerId}/exports`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _token: token, words: '客户来信索取' }).toString(),
  })
  const entries: Record<string, string> = {}
  const tar = extract()
  Readable.fromWeb(answer.body as never)
    .pipe(createGunzip())
    .pipe(tar)
  for await (const entry of tar) entries[entry.header.name] = await text(entry)
  return { answer, entries }
}

test('one archive holds everything that is kept about a customer, its files, and who took it when', async () => {
  const { who } = await aLife(house)
  const { answer, entries } = await handed(who.customerId)
  expect(answer.headers.get('content-disposition')).toContain(`customer-${who.customerId}-2026-11-24.tar.gz`)
  expect(Object.keys(entries)).toEqual(['README.txt', 'customer.json', `files/001-${MARKER}.png`, 'files/002-log.txt'])
  expect(entries['files/002-log.txt']).toBe(`line 1 ${MARKER}`)
  for (const words of ['由 严明', 'Taken by 严明', '02:14', '2026']) expect(entries['README.txt']).toContain(words)
  const { kept, takenBy, takenAt, why } = JSON.parse(entries['customer.json'] ?? '')
  expect({ name: takenBy.name, takenAt, why }).toEqual({
    name: '严明',
    takenAt: clock.now().toISOString(),
    why: '客户来信索取',
  })
  // Whatever an erasure would take is handed out, and nothing that opens a door.
  const tables = (await whereStands(house, MARKER))
    .map((place) => place.split(':')[0])
    .filter((table) => table !== 'file')
  // What colleagues wrote to protect themselves stays in the house, and so does who it was.
  const protecting = new Set(['abuse_flags', 'abuse_steps'])
  for (const table of new Set(tables))
    expect(JSON.stringify(kept[table ?? '']).includes(MARKER), table).toBe(!protecting.has(table ?? ''))
  expect(JSON.stringify([kept.abuse_flags, kept.abuse_steps])).not.toMatch(/flagged_by|staff_id/)
  expect(Object.keys(kept)).not.toContain('request_links')
  expect(Object.keys(kept)).not.toContain('escalation_links')
  expect(JSON.stringify(kept)).not.toMatch(/token|\/e\//)
})

test('it is written down who took it, why and how much, and the event says it without words', async () => {
  const { who } = await aLife(house)
  await handed(who.customerId)
  expect(await database.db.selectFrom('customer_exports').selectAll().execute()).toMatchObject([
    { customer_id: who.customerId, staff_id: yan, words: '客户来信索取', files: 2 },
  ])
  const [event] = await database.db.selectFrom('events').selectAll().where('name', '=', 'customer.exported').execute()
  expect(event?.payload).toMatchObject({ customerId: who.customerId, by: yan, files: 2 })
  const office = await signedIn(house, yan)
  expect((await office.get(`/customers/${who.customerId}`)).html).toMatch(/已导出：\d+ 条，2 个文件/)
})

test('of an erased customer nothing is handed out', async () => {
  const { who } = await aLife(house)
  await database.db.updateTable('customers').set({ erased_at: clock.now() }).where('id', '=', who.customerId).execute()
  const office = await signedIn(house, yan)
  expect((await office.post(`/customers/${who.customerId}/exports`, { words: '' })).status).toBe(404)
})

test('a file’s name is no way out of the folder', () => {
  expect(fileNameOf(0, '../../etc/passwd')).toBe('001-_.._etc_passwd')
  expect(fileNameOf(11, '账单.pdf')).toBe('012-账单.pdf')
})
