import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { openMailReader } from '../../../server/chat/mail/reader.ts'
import { forgetSettings, storeSetting } from '../../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { type Dovecot, hasDovecot, startDovecot } from '../../support/dovecot.ts'
import { testHouse } from '../../support/house.ts'
import { letter, type Made } from '../../support/letters.ts'
import { hire, putOnPost } from '../../support/people.ts'

if (!hasDovecot) console.warn('SKIPPED: strange letters over IMAP, because dovecot-imapd is not installed.')

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let server: Dovecot
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const { db } = database
  const settings = { mailTrustedHost: 'mx.company.example', mailFrom: 'desk@company.example' } as const
  for (const [key, value] of Object.entries(settings))
    await storeSetting(db, { key: key as 'mailFrom', value, by: null, at: clock.now() })
  forgetSettings()
})

/** These letters lie in a real mailbox, and the last of them is a customer's: when that is taken the others were, or never will be. */
async function come(...raws: readonly (string | Buffer)[]) {
  server = await startDovecot()
  for (const raw of raws) await server.lay(raw)
  await server.lay(letter({ from: 'last@example.org', subject: '最后一封' }))
  const reader = openMailReader(house.deps, server.url, { poll: 2000, again: 20, longest: 100 })
  onTestFinished(() => reader.stop())
  await expect.poll(() => server.count('Nightdesk'), { timeout: 20_000 }).toBe(raws.length + 1)
  expect(await server.count()).toBe(0)
}
const reasons = async () =>
  (await database.db.selectFrom('incoming_mails').select(['state', 'reason']).orderBy('id').execute())
    .slice(0, -1)
    .map(({ state, reason }) => reason ?? state)
const said = async () =>
  (
    await database.db
      .selectFrom('messages')
      .select(['author', 'body'])
      .where('author', '<>', 'house')
      .orderBy('id')
      .execute()
  ).slice(0, -1)
const made = (headers: Record<string, string>, more: Made = {}) => letter({ ...more, headers })

test.runIf(hasDovecot)(
  'loops, reports, absence notes and mailing lists open nothing, each with its reason, and the letter behind them is taken',
  async () => {
    await come(
      letter({ from: 'Desk <desk@company.example>' }),
      letter({ id: '<mail-7@company.example>' }),
      made({ 'Return-Path': '<>' }, { from: 'MAILER-DAEMON@mx.example.com' }),
      made({ 'Auto-Submitted': 'auto-replied' }, { subject: '自动回复：我在休假' }),
      made({ 'X-Autoreply': 'yes' }, { subject: 'Out of office' }),
      made({ 'List-Id': '<news.example.com>', Precedence: 'list' }),
      made({ Precedence: 'bulk' }, { from: 'ads@example.com' }),
    )
    expect(await reasons()).toEqual(['own', 'own', 'bounce', 'auto_reply', 'auto_reply', 'list', 'bulk'])
    expect(await said()).toEqual([])
    // None of them was answered, verified or told to anybody: two machines never talk to each other.
    expect(await database.db.selectFrom('outgoing_mails').select('kind').execute()).toEqual([])
  },
)

test.runIf(hasDovecot)('two machines that answer each other stop after ten letters, and others are heard', async () => {
  await come(...Array.from({ length: 14 }, (_, at) => letter({ from: 'bot@example.com', text: `第 ${at} 次` })))
  const all = await reasons()
  expect(all.filter((one) => one === 'taken')).toHaveLength(10)
  expect(all.filter((one) => one === 'flood')).toHaveLength(4)
})

test.runIf(hasDovecot)('GB18030, said or not said, and UTF-8 that does not say so, are words at the desk', async () => {
  // 宽带断了 in GB18030.
  const gb = Buffer.from('bfedb4f8b6cfc1cb', 'hex')
  const raw = (from: string, type: string, body: Buffer) =>
    Buffer.concat([Buffer.from(`From: ${from}\r\nSubject: NT\r\nMessage-ID: <${from}>\r\n${type}\r\n\r\n`), body])
  await come(
    raw('a@example.com', 'Content-Type: text/plain; charset=gb18030', gb),
    raw('b@example.com', 'Content-Type: text/plain', gb),
    raw('c@example.com', 'X-None: 1', Buffer.from('宽带断了')),
  )
  expect((await said()).map(({ body }) => body)).toEqual(Array(3).fill('NT\n\n宽带断了'))
})

test.runIf(hasDovecot)(
  'a forged letter from a colleague’s address, and a true one, are a customer’s word: nobody speaks for the house by mail',
  async () => {
    const mei = await hire(database.db, '林玫')
    await putOnPost(database.db, mei)
    await database.db.updateTable('staff').set({ email: 'mei@company.example' }).where('id', '=', mei).execute()
    const results = (word: string) => `mx.company.example; dmarc=${word} header.from=company.example`
    await come(
      made({ 'Authentication-Results': results('fail') }, { from: '林玫 <mei@company.example>', text: '密码已重置' }),
      made({ 'Authentication-Results': results('pass') }, { from: '林玫 <mei@company.example>', text: '请关单' }),
    )
    expect((await said()).map(({ author }) => author)).toEqual(['customer', 'customer'])
    const remarks = await database.db.selectFrom('incoming_mails').select('remarks').orderBy('id').execute()
    expect(remarks.slice(0, 2).map((row) => row.remarks)).toEqual([['forged', 'colleague'], ['colleague']])
  },
)

test.runIf(hasDovecot)(
  'two people behind one address are two customers, and a letter without a sender is nobody’s',
  async () => {
    await come(
      letter({ from: '张伟 <front@example.com>', text: '前台断网' }),
      letter({ from: '李娜 <front@example.com>', text: '我的邮箱登不上' }),
      letter({ from: '' }),
    )
    const customers = await database.db.selectFrom('customers').select('name').orderBy('id').execute()
    expect(customers.map(({ name }) => name).slice(0, 2)).toEqual(['张伟', '李娜'])
    expect(await reasons()).toEqual(['taken', 'taken', 'no_sender'])
    const remarks = await database.db.selectFrom('incoming_mails').select('remarks').orderBy('id').execute()
    expect(remarks[1]?.remarks).toEqual(['shared'])
  },
)
