import { expect, test } from 'vitest'
import { checkIn, checkOut } from '../../server/attendance/actions.ts'
import { decideCase, openCase, statePost, visitPost } from '../../server/attendance/cases/actions.ts'
import { askCorrection, decideCorrection } from '../../server/attendance/corrections/actions.ts'
import { noteMissing } from '../../server/attendance/missing/actions.ts'
import { openPlace } from '../../server/attendance/places/actions.ts'
import { askPresence } from '../../server/attendance/presence/actions.ts'
import { answerLeave, askLeave } from '../../server/attendance/slips/actions.ts'
import { stayOn } from '../../server/attendance/stays/actions.ts'
import type {
  AttendanceId,
  CorrectionId,
  PostCaseId,
  PresenceQuestionId,
  ShiftId,
  SlipId,
  StaffId,
} from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import type { Tx } from '../../server/schema.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { FOUR_LOOKS, isKept, type View, wrongOn } from '../support/looking.ts'
import { picture } from '../support/pages.ts'
import { as, hire, roster, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const nightOf = (day: number) => ({
  from: `2026-11-${day}T22:00:00+08:00`,
  to: `2026-11-${day + 1}T06:00:00+08:00`,
  night: `2026-11-${day}`,
})

/** A month of one agent: ready, a little late, corrected; a night in which one is missing, one away, one asked; a case heard. */
async function aMonth() {
  const { db } = database
  const { transact } = house.deps
  const service = (name: string, nameEn: string) => named(name, nameEn, { posts: ['service'] })
  const named = async (name: string, nameEn: string, traits: Parameters<typeof hire>[2]): Promise<StaffId> => {
    const id = await hire(db, name, traits)
    await db.updateTable('staff').set({ name_en: nameEn, phone: '13800138000' }).where('id', '=', id).execute()
    return id
  }
  const mei = await service('林玫', 'Lin Mei')
  const he = await service('何雨', 'He Yu')
  const song = await service('宋远', 'Song Yuan')
  const fang = await service('方宁', 'Fang Ning')
  const zhou = await named('陈舟', 'Chen Zhou', { posts: ['manager'], rank: 'supervisor' })
  const xu = await named('许诺', 'Xu Nuo', { roles: ['hr'], posts: [] })
  const yan = await named('严明', 'Yan Ming', { roles: ['administration'], posts: [] })
  const by = (
    who: StaffId,
    act: (tx: Tx) => Promise<unknown>,
    post: 'service' | 'manager' | null = null,
    roles: ('hr' | 'administration')[] = [],
  ) => transact(as(who, post, roles), (tx) => act(tx).then(() => undefined))
  const worked = async (day: number, came: string, left: string) => {
    const shift = await roster(db, mei, 'service', nightOf(day))
    clock.set(`2026-11-${day}T${came}:00+08:00`)
    await by(mei, (tx) => checkIn(tx, shift))
    clock.set(`2026-11-${day + 1}T${left}:00+08:00`)
    return shift
  }
  await worked(10, '21:44', '06:00')
  await by(mei, checkOut)
  const late = await worked(17, '22:08', '05:50')
  await by(mei, stayOn)
  clock.set('2026-11-18T07:30:00+08:00')
  await by(mei, checkOut)
  await by(mei, (tx) =>
    askCorrection(tx, late, {
      what: 'came',
      at: new Date('2026-11-17T21:43:00+08:00'),
      reason: '屏幕黑了，看不到码 · The screen was dark',
    }),
  )
  const first = await db.selectFrom('attendance_corrections').select('id').executeTakeFirstOrThrow()
  await by(xu, (tx) => decideCorrection(tx, first.id as CorrectionId, { outcome: 'approved', answer: '' }), null, [
    'hr',
  ])
  clock.set('2026-11-23T21:40:00+08:00')
  const shifts = new Map<StaffId, ShiftId>()
  for (const one of [mei, he, song, fang]) shifts.set(one, await roster(db, one, 'service', nightOf(23)))
  shifts.set(zhou, await roster(db, zhou, 'manager', nightOf(23)))
  await roster(db, mei, 'service', nightOf(26))
  for (const one of [zhou, mei, he, song]) await by(one, (tx) => checkIn(tx, shifts.get(one) as ShiftId))
  clock.set('2026-11-23T22:16:00+08:00')
  await transact(system, (tx) => noteMissing(tx, shifts.get(fang) as ShiftId))
  await by(he, (tx) => askLeave(tx, { coverId: song, reason: 'Fetch medicine' }))
  const slip = await db.selectFrom('leave_slips').select('id').executeTakeFirstOrThrow()
  await by(song, (tx) => answerLeave(tx, slip.id as SlipId, true))
  await by(song, (tx) =>
    askCorrection(tx, shifts.get(song) as ShiftId, {
      what: 'came',
      at: new Date('2026-11-23T21:35:00+08:00'),
      reason: '门口排队 · A queue at the door',
    }),
  )
  const attendanceOf = async (who: StaffId) =>
    (
      await db
        .selectFrom('attendances')
        .select('id')
        .where('shift_id', '=', shifts.get(who) as string)
        .executeTakeFirstOrThrow()
    ).id as AttendanceId
  await transact(system, async (tx) =>
    openCase(tx, { attendanceId: await attendanceOf(song), staffId: song, post: 'service', origin: 'left' }),
  )
  await transact(system, async (tx) =>
    openCase(tx, { attendanceId: await attendanceOf(mei), staffId: mei, post: 'service', origin: 'slip' }),
  )
  const cases = await db.selectFrom('post_cases').select('id').orderBy('id').execute()
  const [open, other] = cases.map(({ id }) => id as PostCaseId) as [PostCaseId, PostCaseId]
  await by(
    zhou,
    (tx) => visitPost(tx, open, { found: 'not_there', note: '椅子是空的 · The chair was empty' }),
    'manager',
  )
  await by(song, (tx) =>
    statePost(tx, open, '去机房接了一根线，二十分钟后回来。I was in the server room for twenty minutes.'),
  )
  await by(
    zhou,
    (tx) => decideCase(tx, other, { outcome: 'on_duty', reason: '在接电话 · Was on the phone' }),
    'manager',
  )
  const question = await db
    .insertInto('presence_questions')
    .values({ attendance_id: await attendanceOf(mei), ask_at: clock.now() })
    .returning('id')
    .executeTakeFirstOrThrow()
  await transact(system, (tx) => askPresence(tx, question.id as PresenceQuestionId, async () => false))
  await by(yan, (tx) => openPlace(tx, '值班台 · Night desk'), null, ['administration'])
  for (const one of [mei, zhou, he, song]) await see(db, one, clock.now())
  const place = await db.selectFrom('places').select('id').executeTakeFirstOrThrow()
  return { mei, fang, song, zhou, xu, yan, open, place: place.id, shift: shifts.get(mei) }
}

test('rows 25, 55 and 58: my night, who has come, hours, corrections, cases and the code stand on a wide screen and on a phone, in both languages and lights', async () => {
  const { mei, fang, song, zhou, xu, yan, open, place, shift } = await aMonth()
  const views: View[] = [
    { name: 'attendance-my-night', who: mei, path: '/duty' },
    { name: 'attendance-question', who: mei, path: '/desk' },
    { name: 'attendance-to-come', who: fang, path: '/duty' },
    { name: 'attendance-tonight', who: zhou, path: '/attendance' },
    { name: 'attendance-hours', who: mei, path: `/attendance/hours?month=2026-11&correct=${shift}` },
    { name: 'attendance-hours-all', who: xu, path: '/attendance/hours?month=2026-11&who=all' },
    { name: 'attendance-corrections', who: xu, path: '/attendance/corrections' },
    { name: 'attendance-cases', who: zhou, path: '/attendance/cases' },
    { name: 'attendance-case', who: zhou, path: `/attendance/cases/${open}` },
    { name: 'attendance-hearing', who: song, path: `/attendance/cases/${open}` },
    { name: 'attendance-places', who: yan, path: '/attendance/places' },
    { name: 'attendance-screen', who: yan, path: `/attendance/places/${place}/screen` },
  ]
  const wrong = await wrongOn(house, FOUR_LOOKS, views, {
    looks: (at) => (process.env.PICTURES === 'on' ? FOUR_LOOKS : FOUR_LOOKS.slice(at % 4, (at % 4) + 1)),
    axe: ({ width }) => (width === 390 ? 'contrast' : 'everything'),
    untranslated: /\battendance\.[a-z_.]+/g,
    draw: async (page, { name }, look) => {
      if (isKept(look)) await picture(page, `${name}-${look.width}`, { fullPage: look.width === 390 })
    },
  })
  expect(wrong).toEqual([])
}, 300_000)
