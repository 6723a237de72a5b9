import { beforeEach, expect, test } from 'vitest'
import { takeArrived } from '../../../server/chat/mail/reader.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { letter, type Made } from '../../support/letters.ts'
import { hire, putOnPost } from '../../support/people.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

let uid = 0
const comes = (made: Made) => {
  const raw = letter(made)
  const place = { uidValidity: '1', uid: ++uid, bytes: raw.length, at: clock.now(), whole: true }
  return takeArrived(house.deps, 'desk@mail/INBOX', { ...place, raw })
}
const administrator = (language?: string) =>
  hire(database.db, '韦一', { roles: ['administrator'] }).then((id) => signedIn(house, id, language))
const MACHINE = { 'Auto-Submitted': 'auto-replied' }
const idOf = async () => (await database.db.selectFrom('incoming_mails').select('id').executeTakeFirstOrThrow()).id
const tickets = () => database.db.selectFrom('tickets').selectAll().execute()

test('only whoever sees the outgoing letters sees the incoming ones', async () => {
  const mei = await signedIn(house, await hire(database.db, '林玫'))
  expect((await mei.get('/incoming')).status).toBe(403)
  expect((await mei.post('/incoming/1/taking')).status).toBe(403)
})

test('an empty page says why and what to do, in both languages', async () => {
  expect((await (await administrator('en')).get('/incoming')).html).toContain('Set IMAP_URL')
  const { status, html } = await (await administrator()).get('/incoming')
  expect(status).toBe(200)
  expect(html).toContain('没有被拒收的信')
  expect(html).not.toMatch(/\bincoming\.[a-z_]+\b(?=[<"\s])/)
})

test('what was refused stands there with reason, headers and size, its sender masked', async () => {
  await comes({ subject: '电话 13812340041', headers: MACHINE, text: '休假中' })
  const { html } = await (await administrator('en')).get('/incoming')
  expect(html).toContain('Automatic answer')
  expect(html).toContain('auto-replied')
  expect(html).toContain('s***@example.com')
  expect(html).toContain('138****0041')
  expect(html).not.toContain('su@example.com')
})

test('a colleague takes it after all: it is a request then, once, and the customer’s word', async () => {
  await comes({ headers: MACHINE })
  const me = await administrator()
  const path = `/incoming/${await idOf()}/taking`
  const [first, second] = await Promise.all([me.post(path), me.post(path)])
  expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([303, 404])
  expect(await tickets()).toMatchObject([{ channel: 'mail', subject: '断网' }])
  const row = await database.db.selectFrom('incoming_mails').selectAll().executeTakeFirstOrThrow()
  expect(row).toMatchObject({
    state: 'taken',
    reason: null,
    remarks: ['by_hand'],
    raw: null,
    headers: null,
    subject: '断网',
  })
  const { author } = await database.db
    .selectFrom('messages')
    .select('author')
    .where('seq', '=', 1)
    .executeTakeFirstOrThrow()
  expect(author).toBe('customer')
})

test('a letter of which nothing is left cannot be taken, and the page says so', async () => {
  await comes({ headers: MACHINE })
  for await (const { id } of house.deps.files.list()) await house.deps.files.delete(id)
  const { status, html } = await (await administrator('en')).post(`/incoming/${await idOf()}/taking`)
  expect(status).toBe(422)
  expect(html).toContain('Nothing in this letter can be read as one')
  expect((await (await administrator()).post('/incoming/999/taking')).status).toBe(404)
})

test('at the desk a request by mail says so, whose address it came from, and what is odd about it', async () => {
  const id = await hire(database.db, '林玫')
  await putOnPost(database.db, id)
  await comes({ files: [{ name: 'a.exe', type: 'x/y', content: 'MZ\u0000' }] })
  const me = await signedIn(house, id)
  const [ticket] = await tickets()
  const { html } = await me.get(`/tickets/${ticket?.id}`)
  expect(html).toContain('<dd>邮件</dd>')
  expect(html).toContain('发件人未核实')
  expect(html).toContain('s***@example.com')
  expect(html).toContain('有附件没有收下')
  expect((await me.get('/desk')).html).toContain('#i-mail')
})
