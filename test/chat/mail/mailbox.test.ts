import net from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { openMailReader } from '../../../server/chat/mail/reader.ts'
import { openLog } from '../../../server/platform/log.ts'
import { openMailbox, type Reading } from '../../../server/platform/mailbox.ts'
import { type Arrived, mailboxName } from '../../../server/platform/mailbox-line.ts'
import { forgetSettings } from '../../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { BOX, type Dovecot, hasDovecot, startDovecot } from '../../support/dovecot.ts'
import { testHouse } from '../../support/house.ts'
import { letter } from '../../support/letters.ts'
import { freePort } from '../../support/program.ts'

if (!hasDovecot) console.warn('SKIPPED: letters over IMAP, because dovecot-imapd is not installed.')

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
})

const PAUSES = { poll: 2000, again: 20, longest: 100 }
const db = () => database.db
const taken = async (): Promise<number> => (await db().selectFrom('tickets').select('id').execute()).length
const rows = () => db().selectFrom('incoming_mails').selectAll().orderBy('id').execute()

function read(url: string, process = 'test'): { stop: () => Promise<void> } {
  const reader = openMailReader({ ...house.deps, process }, url, PAUSES)
  onTestFinished(() => reader.stop())
  return reader
}

async function set(key: string, value: unknown): Promise<void> {
  await db()
    .insertInto('settings')
    .values({ key, value: JSON.stringify(value), changed_by: null, changed_at: clock.now() })
    .execute()
  forgetSettings()
}

/** A line between reader and server that breaks when told, or after so many bytes to the reader. */
async function fragile(server: Dovecot): Promise<{ url: string; cut: () => void; lines: () => number }> {
  const sockets = new Set<net.Socket>()
  let lines = 0
  const proxy = net.createServer((near) => {
    lines += 1
    const far = net.connect(server.port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          near.destroy()
          far.destroy()
        })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  onTestFinished(cut)
  const { port } = proxy.address() as net.AddressInfo
  return { url: server.url.replace(`:${server.port}/`, `:${port}/`), cut, lines: () => lines }
}

test.runIf(hasDovecot)('letters that are there and letters that come are taken, and go into the folder', async () => {
  const server = await startDovecot()
  await server.lay(letter({ subject: '第一封' }))
  read(server.url)
  await expect.poll(taken).toBe(1)
  const start = performance.now()
  await server.lay(letter({ subject: '第二封' }))
  await expect.poll(taken).toBe(2)
  // Told by IDLE, and not found by asking.
  expect(performance.now() - start).toBeLessThan(1500)
  await expect.poll(() => server.count('Nightdesk')).toBe(2)
  expect(await server.count()).toBe(0)
  expect(await db().selectFrom('mailbox_readers').select(['read_at', 'trouble']).execute()).toEqual([
    { read_at: clock.now(), trouble: null },
  ])
})

test.runIf(hasDovecot)('without a folder they stay where they are, marked, and are not taken again', async () => {
  await set('mailFolder', '')
  const server = await startDovecot()
  await server.lay(letter())
  const reader = read(server.url)
  await expect.poll(taken).toBe(1)
  await reader.stop()
  read(server.url)
  await server.lay(letter())
  await expect.poll(taken).toBe(2)
  expect(await server.count()).toBe(2)
  expect(await rows()).toHaveLength(2)
})

test.runIf(hasDovecot)(
  'a reader that is lost between taking and putting away takes nothing twice and loses nothing',
  async () => {
    const server = await startDovecot()
    for (let n = 0; n < 5; n++) await server.lay(letter({ from: `a${n}@example.com` }))
    const line = await fragile(server)
    const original = house.deps.transact
    let cuts = 0
    // The line goes at the very moment at which a letter is taken.
    const transact: typeof original = async (actor, act, writes) => {
      const before = await taken()
      const result = await original(actor, act, writes)
      if ((await taken()) > before && cuts < 4) {
        cuts += 1
        line.cut()
      }
      return result
    }
    const reader = openMailReader({ ...house.deps, transact }, line.url, PAUSES)
    onTestFinished(() => reader.stop())
    await expect.poll(() => server.count('Nightdesk')).toBe(5)
    expect(cuts).toBe(4)
    expect(await taken()).toBe(5)
    expect(await rows()).toHaveLength(5)
  },
)

test.runIf(hasDovecot)('a line that breaks is opened again, and what came meanwhile is taken', async () => {
  const server = await startDovecot()
  const line = await fragile(server)
  read(line.url)
  await server.lay(letter())
  await expect.poll(taken).toBe(1)
  line.cut()
  await server.lay(letter())
  await expect.poll(taken).toBe(2)
  expect(line.lines()).toBeGreaterThan(1)
})

test.runIf(hasDovecot)('a mailbox that cannot be opened says why, and is tried again', async () => {
  const server = await startDovecot()
  read(server.url.replace(':letters@', ':wrong@'))
  const trouble = async () => (await db().selectFrom('mailbox_readers').select('trouble').executeTakeFirst())?.trouble
  await expect.poll(trouble).toMatch(/auth/i)
  expect(await trouble()).not.toContain('wrong')
})

test('a mailbox that has not been read for minutes rings at the duty manager’s, once', async () => {
  read(`imap://desk:letters@127.0.0.1:${await freePort()}/INBOX`)
  const trouble = async () => (await db().selectFrom('mailbox_readers').select('trouble').executeTakeFirst())?.trouble
  await expect.poll(trouble).toMatch(/ECONNREFUSED/)
  const alarms = async () => (await db().selectFrom('alarms').select('subject').execute()).length
  expect(await alarms()).toBe(0)
  clock.forward({ minutes: 6 })
  await expect.poll(alarms).toBe(1)
  const since = async () =>
    (await db().selectFrom('mailbox_readers').select('alarmed_at').executeTakeFirst())?.alarmed_at
  expect(await since()).toEqual(clock.now())
})

test.runIf(hasDovecot)('broken letters, one of 50 MB and one of 500 parts hold nobody up', async () => {
  const server = await startDovecot()
  const files = Array.from({ length: 500 }, (_, at) => ({ name: `f${at}.txt`, type: 'text/plain', content: `${at}` }))
  const big = [{ name: 'film.bin', type: 'application/octet-stream', content: Buffer.alloc(37_000_000, 7) }]
  await server.lay(Buffer.from('no letter at all'))
  await server.lay(
    Buffer.from('From: a@example.com\r\nContent-Type: multipart/mixed; boundary="x\r\n\r\n--x\r\n\r\n断了'),
  )
  await server.lay(letter({ from: 'big@example.com', files: big }))
  await server.lay(letter({ from: 'many@example.com', files }))
  await server.lay(letter({ from: 'last@example.com' }))
  read(server.url)
  await expect.poll(() => server.count('Nightdesk')).toBe(5)
  const seen = (await rows()).map(({ sender, state, reason, remarks }) => [sender, state, reason ?? remarks.join()])
  expect(seen).toEqual([
    [null, 'refused', 'no_sender'],
    ['a@example.com', 'taken', ''],
    ['big@example.com', 'taken', 'trimmed,files_left'],
    ['many@example.com', 'taken', 'files_left'],
    ['last@example.com', 'taken', ''],
  ])
})

test.runIf(hasDovecot)('a mailbox that is emptied by somebody else, also between two letters, goes on', async () => {
  const server = await startDovecot()
  for (let n = 0; n < 3; n++) await server.lay(letter({ from: `a${n}@example.com` }))
  const original = house.deps.transact
  let emptied = false
  const transact: typeof original = async (actor, act, writes) => {
    const result = await original(actor, act, writes)
    if (!emptied && (await taken()) === 1) {
      emptied = true
      await server.visit(async (client) => {
        await client.mailboxOpen(BOX)
        await client.messageDelete('1:*')
      })
    }
    return result
  }
  const reader = openMailReader({ ...house.deps, transact }, server.url, PAUSES)
  onTestFinished(() => reader.stop())
  await expect.poll(() => emptied).toBe(true)
  await server.lay(letter({ from: 'after@example.com' }))
  await expect
    .poll(async () => (await rows()).map(({ sender }) => sender))
    .toEqual(['a0@example.com', 'after@example.com'])
})

test.runIf(hasDovecot)(
  'a mailbox made anew counts from one again, and the same letters in it are not taken again',
  async () => {
    await set('mailFolder', '')
    const server = await startDovecot()
    const raw = letter()
    await server.lay(raw)
    const reader = read(server.url)
    await expect.poll(taken).toBe(1)
    await reader.stop()
    await server.visit(async (client) => {
      await client.mailboxDelete(BOX)
      await client.mailboxCreate('Other')
      await client.mailboxCreate(BOX)
    })
    await server.lay(raw)
    await server.lay(letter({ subject: '新的' }))
    read(server.url)
    await expect.poll(taken).toBe(2)
    expect(new Set((await rows()).map((row) => row.uid_validity)).size).toBe(2)
  },
)

test.runIf(hasDovecot)('one process reads at a time; when it is gone or frozen another one does', async () => {
  const server = await startDovecot()
  const until = new Date(clock.now().getTime() + 40_000)
  const frozen = { mailbox: mailboxName(server.url), holder: 'frozen', held_until: until }
  await db()
    .insertInto('mailbox_readers')
    .values({ ...frozen, read_at: null, trouble: null, trouble_since: null })
    .execute()
  await server.lay(letter())
  const second = read(server.url, 'second')
  const holder = async () => (await db().selectFrom('mailbox_readers').select('holder').executeTakeFirst())?.holder
  for (let looks = 0; looks < 5; looks++) {
    expect(await taken()).toBe(0)
    expect(await holder()).toBe('frozen')
  }
  clock.forward({ seconds: 41 })
  await expect.poll(taken).toBe(1)
  expect(await holder()).toBe('second')
  const third = read(server.url, 'third')
  await second.stop()
  await server.lay(letter())
  await expect.poll(taken).toBe(2)
  expect(await holder()).toBe('third')
  await third.stop()
})

/** Settles nothing, so that what the mailbox does by itself is seen. */
const blank = (more: Partial<Reading>): Reading => ({
  mayRead: async () => true,
  settled: async () => new Set(),
  begin: async () => 1,
  end: async () => undefined,
  take: async () => undefined,
  giveUp: async () => undefined,
  folder: async () => 'Nightdesk',
  told: async () => undefined,
  ...more,
})

test.runIf(hasDovecot)(
  'a letter that fails again and again is given up, and those behind it do not wait for that',
  async () => {
    const server = await startDovecot()
    await server.lay(letter({ subject: 'bad' }))
    await server.lay(letter({ subject: 'good' }))
    const order: string[] = []
    const told = (kind: string, { raw }: Arrived): void =>
      void order.push(`${kind} ${raw.includes('Subject: bad') ? 'bad' : 'good'}`)
    const reading = blank({
      take: async (arrived) => {
        told('take', arrived)
        if (arrived.raw.includes('Subject: bad')) throw new Error('cannot')
      },
      giveUp: async (arrived) => told('give up', arrived),
    })
    const box = openMailbox({
      url: server.url,
      reading,
      log: openLog('silent'),
      wholeBytes: 1000,
      pauses: { ...PAUSES, poll: 20 },
    })
    onTestFinished(() => box.stop())
    await expect.poll(() => server.count('Nightdesk')).toBe(2)
    expect(order.slice(0, 2)).toEqual(['take bad', 'take good'])
    expect(order.slice(2)).toEqual([...Array(4).fill('take bad'), 'give up bad'])
  },
)

test.runIf(hasDovecot)('a letter over which three processes have died is given up by the fourth', async () => {
  const server = await startDovecot()
  await server.lay(letter())
  const reader = read(server.url)
  await expect.poll(taken).toBe(1)
  await reader.stop()
  await db()
    .updateTable('mailbox_readers')
    .set({ trying: await nextPlace(server), tries: 3 })
    .execute()
  await server.lay(letter({ subject: '第二封' }))
  read(server.url)
  await expect.poll(async () => (await rows()).map(({ reason }) => reason)).toEqual([null, 'failed'])
  await server.lay(letter({ subject: '第三封' }))
  await expect.poll(taken).toBe(2)
})

const nextPlace = (server: Dovecot): Promise<string> =>
  server.visit(async (client) => {
    const { uidValidity, uidNext } = await client.status(BOX, { uidValidity: true, uidNext: true })
    return `${uidValidity}-${uidNext}`
  })

test.runIf(hasDovecot)(
  'the folder that is read is not the one where letters go: there they would come back',
  async () => {
    await set('mailFolder', BOX.toLowerCase())
    const server = await startDovecot()
    await server.lay(letter())
    read(server.url)
    await expect.poll(taken).toBe(1)
    await server.lay(letter())
    await expect.poll(taken).toBe(2)
    expect(await server.count()).toBe(2)
    expect((await rows()).map(({ uid }) => uid)).toEqual(['1', '2'])
  },
)
