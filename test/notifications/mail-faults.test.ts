import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import type { SMTPServerOptions } from 'smtp-server'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { sendMail } from '../../jobs/send-mail.ts'
import type { MailId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { LINK_MARK, leaveMail } from '../../server/platform/outgoing.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { startSending } from '../support/killed.ts'
import { mailServer } from '../support/mail-server.ts'
import { hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

async function leave(): Promise<MailId> {
  const staffId = await hire(database.db, '林玫')
  const linkUntil = new Date(clock.now().getTime() + 7 * 86_400_000)
  const letter = { subject: '邀请', text: `你好\n\n${LINK_MARK}`, html: null, link: 'https://house/key/secret' }
  const to = { staffId, recipient: 'mei@example.com' }
  return transact(system, (tx) => leaveMail(tx, { ...letter, ...to, kind: 'invitation', linkUntil }))
}
const send = (id: MailId, smtpUrl: string) => {
  const config = { smtpUrl, publicUrl: 'https://help.example.com' }
  return sendMail({ config, db: database.db, transact, clock } as unknown as Deps).run(id)
}
const row = (id: MailId) =>
  database.db
    .selectFrom('outgoing_mails')
    .select(['state', 'error', 'attempts'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
const later = (act: () => void) => void setTimeout(act, 200)

/** Takes a letter, and says so only when told. */
function holding(taken: string[]) {
  let answer = (): void => undefined
  const options: SMTPServerOptions = {
    onData: (stream, _session, done) => {
      stream.on('data', () => undefined)
      stream.on('end', () => {
        taken.push('one')
        answer = done
      })
    },
  }
  return { options, answer: () => answer() }
}

test('a server that is slow at every step gets the letter once', async () => {
  const slow = await mailServer({
    onConnect: (_session, done) => later(done),
    onMailFrom: (_address, _session, done) => later(done),
    onRcptTo: (_address, _session, done) => later(done),
  })
  const id = await leave()
  await send(id, slow.url)
  expect(slow.taken).toHaveLength(1)
  expect(await row(id)).toMatchObject({ state: 'sent', attempts: 1 })
})

test('a server that never says a word has delivered nothing: the letter is tried again', async () => {
  const silent = net.createServer((socket) => void socket.on('error', () => undefined))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const id = await leave()
  await send(id, `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}?greetingTimeout=200`)
  expect(await row(id)).toMatchObject({ state: 'pending', attempts: 1 })
  clock.forward({ minutes: 1 })
  const good = await mailServer()
  await send(id, good.url)
  expect([good.taken.length, (await row(id)).state]).toEqual([1, 'sent'])
})

test('a server that takes the letter and then is silent leaves it unknown: it is not sent again by itself', async () => {
  const taken: string[] = []
  const { url } = await mailServer(holding(taken).options)
  const id = await leave()
  await send(id, `${url}?socketTimeout=300`)
  expect(await row(id)).toMatchObject({ state: 'unknown', attempts: 1 })
  clock.forward({ hours: 1 })
  await send(id, url)
  expect(taken).toEqual(['one'])
})

test('a greylisting server that says "later" four times gets the letter at the fifth, once; one that never relents leaves it failed', async () => {
  let refused = 0
  const relents = (after: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) => {
      if (refused++ < after) return done(Object.assign(new Error('greylisted, come back later'), { responseCode: 451 }))
      done()
    },
  })
  const grey = await mailServer(relents(4))
  const id = await leave()
  for (const minutes of [0.5, 2, 10, 30, 60]) {
    await send(id, grey.url)
    // Before its time nothing is tried.
    await send(id, grey.url)
    clock.forward({ seconds: minutes * 60 })
  }
  expect(refused).toBe(5)
  expect(grey.taken).toHaveLength(1)
  expect(await row(id)).toMatchObject({ state: 'sent', attempts: 5 })
  refused = 0
  const stubborn = await mailServer(relents(99))
  const never = await leave()
  for (let tries = 0; tries < 7; tries++) {
    await send(never, stubborn.url)
    clock.forward({ hours: 1 })
  }
  expect(refused).toBe(5)
  expect(await row(never)).toMatchObject({ state: 'failed', error: expect.stringContaining('greylisted') })
})

test('a process that is killed after its letter was taken and before it noted that leaves it unknown, and nobody gets it twice', async () => {
  const taken: string[] = []
  const server = holding(taken)
  const { url } = await mailServer(server.options)
  const id = await leave()
  const child = startSending('mail', { databaseUrl: database.url, id, at: clock.now(), smtpUrl: url })
  await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  server.answer()
  expect(await row(id)).toMatchObject({ state: 'sending' })
  // Another process looks: at once it may still be on its way; after two minutes nobody knows, and a person decides.
  await send(id, url)
  expect((await row(id)).state).toBe('sending')
  clock.forward({ minutes: 2, seconds: 1 })
  await send(id, url)
  clock.forward({ hours: 3 })
  await send(id, url)
  expect(await row(id)).toMatchObject({ state: 'unknown', error: 'process_lost' })
  expect(taken).toEqual(['one'])
})
