import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { sendTexts } from '../../jobs/send-texts.ts'
import { noteVisits } from '../../server/chat/visits/queries.ts'
import type { DepartmentId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { system } from '../../server/platform/actor.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { makeLink } from '../../server/tickets/links/actions.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { letterHouse } from '../support/letters.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { appointChief, as, hire, putOnPost, welcome } from '../support/people.ts'
import { answers, openReceiver } from '../support/receiver.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const { tick } = letterHouse(() => house, clock)

beforeEach(() => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
})

const LOOKS = [
  { width: 1440, height: 900, language: 'zh-CN', theme: 'dark' },
  { width: 1440, height: 900, language: 'en', theme: 'light' },
  { width: 390, height: 844, phone: true, language: 'zh-CN', theme: 'light' },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'dark' },
] as const
type Look = (typeof LOOKS)[number]
/** Of the four that are looked at, the two that others see. */
const isKept = ({ width, language }: Look): boolean => (width === 1440) === (language === 'zh-CN')

const TO_COLLEAGUES = ['digest', 'brief', 'request', 'reminder', 'notice', 'invitation', 'reset', 'report']
const TO_CUSTOMERS = ['verification', 'unread', 'transcript', 'morning']

test('every letter to colleagues and to customers reads well in both languages, in light and dark mail programs, wide and on a phone', async () => {
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const { id } = await db
    .selectFrom('staff')
    .select('id')
    .where(sql<boolean>`'administrator' = any(standing_roles)`)
    .executeTakeFirstOrThrow()
  const { department_id } = await db
    .selectFrom('escalations')
    .select('department_id')
    .where('state', '=', 'sent')
    .where('department_id', 'is not', null)
    .executeTakeFirstOrThrow()
  const admin = await signedIn(house, id as StaffId)
  const frameOf = (letter: string, language: string): string =>
    TO_CUSTOMERS.includes(letter)
      ? `/settings/mail/${letter}/${language}`
      : `/settings/letters/frame?letter=${letter}&in=${language}${letter === 'digest' ? `&department=${department_id as DepartmentId}` : ''}`
  const programs = (['dark', 'light'] as const).flatMap((colorScheme) =>
    [720, 390].map((width) => ({ colorScheme, width })),
  )
  const mail = await Promise.all(
    programs.map(async ({ colorScheme, width }) => ({
      colorScheme,
      width,
      page: await openPage(await openBrowser(house.url, { width, height: 760 }, { colorScheme })),
    })),
  )
  for (const letter of [...TO_COLLEAGUES, ...TO_CUSTOMERS])
    for (const language of ['zh-CN', 'en'] as const) {
      const { html, status } = await admin.get(frameOf(letter, language))
      expect(status, letter).toBe(200)
      for (const { colorScheme, width, page } of mail) {
        await page.setContent(html)
        expect(await widthBeyond(page), `${letter} ${language} ${width}`).toBe(0)
        expect(await violations(page, 'contrast'), `${letter} ${language} ${colorScheme}`).toEqual([])
        const isShown = (colorScheme === 'dark') === (language === 'zh-CN') && width === 720
        if (isShown && (letter === 'digest' || letter === 'brief'))
          await picture(page, `mail-${letter}.${language}-${colorScheme}`)
      }
    }
}, 240_000)

/** A customer who gave a number that nobody has proved, in a company with a gateway for SMS; their request's address. */
async function numbered(language: 'zh-CN' | 'en', number: string) {
  const { db, transact } = house.deps
  const who = await welcome(db, language === 'en' ? 'Su Qing' : '苏晴', language)
  const at = clock.now()
  const contact = {
    customer_id: who.customerId,
    kind: 'phone',
    value: number,
    verified_at: null,
    created_at: at,
  } as const
  await db.insertInto('contacts').values(contact).execute()
  const question = language === 'en' ? 'No internet at home since midnight' : '家里宽带断了，光猫红灯'
  const ticketId = await conversations(house).ask(who, question, { language })
  return { ticketId, path: `/requests/${await transact(system, (tx) => makeLink(tx, ticketId))}` }
}

/** What waits for the gateway goes there now. */
async function sendAll(): Promise<void> {
  const { deps } = house
  const job = sendTexts({ ...deps, config: { ...deps.config, insideHooks: true } })
  for (const { id } of await job.list(deps.db, clock.now(), 100)) await job.run(id)
  await heard(house)
}

async function connectGateway(admin: StaffId) {
  const sms = await openReceiver(answers(200))
  const hook = { channel: 'sms', departmentId: null, address: `${sms.url}/sms`, secret: 'a good secret' } as const
  await house.deps.transact(as(admin, null, ['administrator']), (tx) => saveHook(tx, hook, true))
  return sms
}

test('a customer proves a number by the code that came, on the page of the request, in both languages, wide and on a phone', async () => {
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  const sms = await connectGateway(lan)
  for (const [at, look] of LOOKS.entries()) {
    const { path } = await numbered(look.language, `+861380000004${at}`)
    const page = await openPage(await openBrowser(house.url, look, { colorScheme: look.theme }))
    const panel = page.locator('[aria-labelledby="number-title"]')
    const looked = async (name: string): Promise<void> => {
      await panel.scrollIntoViewIfNeeded()
      expect(await widthBeyond(page), name).toBe(0)
      expect(await violations(page), name).toEqual([])
      if (isKept(look)) await picture(page, `${name}-${look.width}`)
    }
    await page.goto(house.url + path)
    await looked('number')
    await panel.locator('form[action$="/number/code"] button').click()
    await panel.locator('input[name=code]').waitFor()
    await tick()
    await sendAll()
    const { text } = JSON.parse(String(sms.taken.at(-1)?.body)) as { text: string }
    const code = /\d{6}/.exec(text)?.[0] ?? ''
    await panel.locator('input[name=code]').fill(code === '000000' ? '111111' : '000000')
    await panel.locator('form[action$="/number/proof"] button').click()
    await panel.locator('#code-wrong').waitFor()
    await looked('number-code')
    await panel.locator('input[name=code]').fill(code)
    await panel.locator('form[action$="/number/proof"] button').click()
    await panel.locator('form').first().waitFor({ state: 'detached' })
    await looked('number-proved')
    expect(page.wrongs).toEqual([])
    await page.context().close()
  }
}, 120_000)

test('short messages stand on the Outgoing page with their numbers covered, open and closed, in both languages, wide and on a phone', async () => {
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  const mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  await appointChief(database.db, clock.now())
  await connectGateway(lan)
  const does = conversations(house)
  const answered: TicketId[] = []
  for (const [language, number] of [
    ['zh-CN', '+8613800000051'],
    ['en', '+8613800000052'],
  ] as const) {
    const { ticketId } = await numbered(language, number)
    await noteVisits(database.db, [ticketId], clock.now())
    await does.say(ticketId, mei, await does.take(ticketId, mei), language === 'en' ? 'On its way' : '师傅明早到')
    answered.push(ticketId)
  }
  await database.db.updateTable('contacts').set({ verified_at: clock.now() }).where('value', 'like', '%51').execute()
  clock.forward({ minutes: 11 })
  await tick()
  await sendAll()
  await tick()
  await sendAll()
  for (const look of LOOKS) {
    const context = await openBrowser(house.url, look, { colorScheme: look.theme })
    const { cookie } = await signedIn(house, lan, look.language)
    const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
    await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
    const page = await openPage(context)
    await page.goto(`${house.url}/outgoing?channel=sms`)
    expect(await page.locator('details.mail').count()).toBe(2)
    await page.locator('details.mail summary').first().click()
    expect(await widthBeyond(page)).toBe(0)
    expect(await violations(page)).toEqual([])
    if (isKept(look)) await picture(page, `outgoing-sms-${look.width}`)
    expect(page.wrongs).toEqual([])
    await page.context().close()
  }
  expect(answered).toHaveLength(2)
}, 120_000)
