import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { DepartmentId, ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { tell } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { tellMailed } from '../../server/tools/demo/mailed.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { FOUR_LOOKS, isKept, wrongOn } from '../support/looking.ts'
import { picture } from '../support/pages.ts'
import { as, see } from '../support/people.ts'
import { answers, openReceiver } from '../support/receiver.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

/** A few for whoever reads of it; the others are looked at all the same. */
const KEPT: readonly string[] = ['bell', 'choices', 'outgoing', 'channels', 'brief', 'letter-digest']

test('bell, choices, receipts, channels, outgoing, incoming, the morning of a department and the night in ten lines stand in both languages, wide and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  await tellMailed({ transact, config })
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
    { name: 'bell', who: manager.staffId, path: '/reminders' },
    { name: 'notice', who: manager.staffId, path: `/notices/${alarm}` },
    { name: 'choices', who: manager.staffId, path: '/me/notices' },
    { name: 'brief', who: manager.staffId, path: '/brief/2026-11-23' },
    { name: 'receipts', who: admin, path: '/notices' },
    { name: 'who-read', who: admin, path: `/notices/${alarm}` },
    { name: 'outgoing', who: admin, path: '/outgoing' },
    { name: 'incoming', who: admin, path: '/incoming' },
    { name: 'channels', who: admin, path: '/settings/channels' },
    { name: 'settings-notices', who: admin, path: '/settings/notices' },
    {
      name: 'letter-digest',
      who: admin,
      path: `/settings/letters?letter=digest${department ? `&department=${department}` : ''}`,
    },
    { name: 'letter-brief', who: admin, path: '/settings/letters?letter=brief' },
    { name: 'letter-notice', who: admin, path: '/settings/letters?letter=notice' },
  ]
  const wrong = await wrongOn(house, FOUR_LOOKS, pages, {
    browser: ({ theme }) => ({ colorScheme: theme }),
    axe: ({ theme }) => (theme === 'light' ? 'everything' : 'contrast'),
    draw: async (page, { name }, look) => {
      if (KEPT.includes(name) && isKept(look)) await picture(page, `${name}-${look.width}`)
    },
  })
  expect(wrong).toEqual([])
}, 300_000)
