import type { SMTPServerOptions } from 'smtp-server'
import { beforeEach, expect, test } from 'vitest'
import { sendMail } from '../../jobs/send-mail.ts'
import type { MailId } from '../../server/kernel/ids.ts'
import { showLink } from '../../server/notifications/outgoing/actions.ts'
import { system } from '../../server/platform/actor.ts'
import { LINK_MARK, leaveMail } from '../../server/platform/outgoing.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { mailServer } from '../support/mail-server.ts'
import { hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

async function leave(recipient: string | null = 'mei@example.com'): Promise<MailId> {
  const staffId = await hire(database.db, '林玫')
  const linkUntil = new Date(clock.now().getTime() + 3_600_000)
  const letter = { subject: '邀请', text: `你好\n\n${LINK_MARK}`, html: null, link: 'https://house/key/secret' }
  return transact(system, (tx) => leaveMail(tx, { ...letter, kind: 'invitation', staffId, recipient, linkUntil }))
}
const send = (id: MailId, smtpUrl: string | undefined) => {
  const config = { smtpUrl, publicUrl: 'https://help.example.com' }
  return sendMail({ config, db: database.db, transact, clock } as unknown as Deps).run(id)
}
const row = (id: MailId) =>
  database.db.selectFrom('outgoing_mails').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

test('a letter is sent once with its link, which is then forgotten', async () => {
  const { url, taken } = await mailServer()
  const id = await leave()
  await send(id, url)
  await send(id, url)
  expect(taken).toHaveLength(1)
  expect(taken[0]).toContain('https://house/key/secret')
  expect(await row(id)).toMatchObject({ state: 'sent', link: null })
})

test('a line that breaks after the letter leaves it unknown, and it is not sent again by itself', async () => {
  let tries = 0
  const { url, drop } = await mailServer({
    onData: (stream) => {
      tries += 1
      stream.resume()
      stream.on('end', () => drop())
    },
  })
  const id = await leave()
  await send(id, url)
  clock.forward({ minutes: 30 })
  await send(id, url)
  expect(tries).toBe(1)
  expect(await row(id)).toMatchObject({ state: 'unknown', attempts: 1 })
})

test('a refused address has failed for good; a busy server is asked again later', async () => {
  const refuse = (code: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode: code })),
  })
  const gone = await leave()
  await send(gone, (await mailServer(refuse(550))).url)
  expect((await row(gone)).state).toBe('failed')
  const busy = await leave()
  await send(busy, (await mailServer(refuse(450))).url)
  expect(await row(busy)).toMatchObject({ state: 'pending', attempts: 1 })
  clock.forward({ minutes: 1 })
  await send(busy, (await mailServer()).url)
  expect((await row(busy)).state).toBe('sent')
})

test('without a mail server or an address a letter is kept, and its link can be handed over', async () => {
  const id = await leave()
  await send(id, undefined)
  expect(await row(id)).toMatchObject({ state: 'kept', error: 'no_server' })
  expect(await transact(system, (tx) => showLink(tx, id))).toBe('https://house/key/secret')
  const nowhere = await leave(null)
  await send(nowhere, undefined)
  expect(await row(nowhere)).toMatchObject({ state: 'kept', error: 'no_address' })
})

test('a letter whose process died on the way is unknown after two minutes', async () => {
  const id = await leave()
  const due_at = new Date(clock.now().getTime() + 120_000)
  await database.db.updateTable('outgoing_mails').set({ state: 'sending', due_at }).where('id', '=', id).execute()
  await send(id, undefined)
  expect((await row(id)).state).toBe('sending')
  clock.forward({ minutes: 3 })
  await send(id, undefined)
  expect(await row(id)).toMatchObject({ state: 'unknown', error: 'process_lost' })
})
