import { sql } from 'kysely'
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { DepartmentId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { tell } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, see } from '../support/people.ts'
import { answers, openReceiver } from '../support/receiver.ts'
import { type House, startServer } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House

beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())

const LOOKS = [
  { width: 1440, height: 900, language: 'zh-CN', theme: 'dark' },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
] as const

/** A few for whoever reads of it; the others are looked at all the same. */
const KEPT: readonly string[] = ['bell', 'choices', 'outgoing', 'channels', 'brief', 'letter-digest']

const visit = async (staffId: StaffId, look: (typeof LOOKS)[number]): Promise<BrowserContext> => {
  const context = await openBrowser(house.url, look, { colorScheme: look.theme })
  const { cookie } = await signedIn(house, staffId, look.language)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  return context
}

test('bell, choices, receipts, channels, outgoing, the morning of a department and the night in ten lines stand in both languages, wide and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  Object.assign(house.deps.config, { insideHooks: true })
  const night = openTelling(house)
  const manager = (await shiftsAt(db, clock.now())).find(({ post }) => post === 'manager')
  if (!manager) throw new Error('the demo has a duty manager')
  await transact(as(manager.staffId, null), (tx) => checkIn(tx, manager.id as ShiftId))
  await see(db, manager.staffId, clock.now())
  const admin = (
    await db
      .selectFrom('staff')
      .select('id')
      .where(sql<boolean>`'administrator' = any(standing_roles)`)
      .executeTakeFirstOrThrow()
  ).id as StaffId
  const department = (
    await db
      .selectFrom('escalations')
      .select('department_id')
      .where('state', '=', 'sent')
      .where('department_id', 'is not', null)
      .executeTakeFirst()
  )?.department_id as DepartmentId | undefined
  const [room, sms] = [await openReceiver(), await openReceiver(answers(500))]
  const connect = (channel: 'wecom' | 'dingtalk' | 'sms', address: string) =>
    transact(as(admin, null, ['administrator']), (tx) =>
      saveHook(
        tx,
        {
          channel,
          departmentId: channel === 'dingtalk' ? (department ?? null) : null,
          address,
          secret: 'SEC0123456789',
        },
        true,
      ),
    )
  await connect('wecom', `${room.url}/cgi-bin/webhook/send?key=693a91f6-7xxx`)
  await connect('dingtalk', `${room.url}/robot/send?access_token=0123456789`)
  await connect('sms', `${sms.url}/sms/send/0123456789`)
  for (const n of [1, 2, 3]) await transact(system, (tx) => raiseAlarm(tx, 'not_answered', null, String(n)))
  await transact(system, (tx) =>
    tell(tx, {
      kind: 'roster',
      ref: `shifts:${manager.staffId}`,
      path: '/roster',
      to: [{ staffId: manager.staffId, part: 'own' }],
    }),
  )
  for (let n = 0; n < 3; n++) {
    await night.tick()
    clock.forward({ seconds: 13 })
  }
  const alarm = (await night.notices()).find(({ kind }) => kind === 'alarm')?.id
  await db
    .insertInto('night_briefs')
    .values({ night: '2026-11-23', state: 'due', draft_at: clock.now(), due_at: new Date('2026-11-24T08:30:00+08:00') })
    .onConflict((conflict) => conflict.column('night').doUpdateSet({ draft_at: clock.now() }))
    .execute()
  await night.tick(['write-briefs'])
  const pages = [
    ['bell', manager.staffId, '/reminders'],
    ['notice', manager.staffId, `/notices/${alarm}`],
    ['choices', manager.staffId, '/me/notices'],
    ['brief', manager.staffId, '/brief/2026-11-23'],
    ['receipts', admin, '/notices'],
    ['who-read', admin, `/notices/${alarm}`],
    ['outgoing', admin, '/outgoing'],
    ['channels', admin, '/settings/channels'],
    ['settings-notices', admin, '/settings/notices'],
    ['letter-digest', admin, `/settings/letters?letter=digest${department ? `&department=${department}` : ''}`],
    ['letter-brief', admin, '/settings/letters?letter=brief'],
    ['letter-notice', admin, '/settings/letters?letter=notice'],
  ] as const
  for (const look of LOOKS)
    for (const [name, who, path] of pages) {
      const page = await openPage(await visit(who, look))
      const answer = await page.goto(house.url + path)
      expect(answer?.status(), name).toBe(200)
      expect(await widthBeyond(page), `${name} ${look.width}`).toBe(0)
      expect(await violations(page, look.theme === 'light' ? 'everything' : 'contrast'), name).toEqual([])
      if (KEPT.includes(name)) await picture(page, `${name}-${look.width}`)
      expect(page.wrongs, name).toEqual([])
      await page.context().close()
    }
}, 240_000)
