import { beforeEach } from 'vitest'
import type { DepartmentId, EscalationId, StaffId } from '../../server/kernel/ids.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { TWO_FOURTEEN } from './clock.ts'
import type { TalkingHouse } from './conversations.ts'
import { hire, putOnPost, welcome } from './people.ts'
import { openTelling } from './telling.ts'

/** What is written when a night is over. */
export const MORNINGS = ['plan-mornings', 'write-digests', 'write-briefs']

/** A night with 林玫 on post under 季然, a department with one handler, and 高岚 at the head of the group; anew for each test. */
export function nightBeforeMorning({ database, house, does, clock }: TalkingHouse) {
  const here = {} as {
    night: ReturnType<typeof openTelling>
    mei: StaffId
    ji: StaffId
    chief: StaffId
    research: DepartmentId
  }
  beforeEach(async () => {
    const { db } = database
    clock.set(TWO_FOURTEEN)
    forgetSettings()
    here.night = openTelling(house)
    here.mei = await hire(db, '林玫')
    await putOnPost(db, here.mei)
    here.ji = await hire(db, '季然')
    await putOnPost(db, here.ji, 'manager')
    const wu = await hire(db, '吴凯', { roles: ['handler'] })
    here.chief = await hire(db, '高岚', { rank: 'vice_president', roles: ['leadership'] })
    await db
      .insertInto('leadership_members')
      .values({
        staff_id: here.chief,
        chief: true,
        first_day: '2026-01-01',
        last_day: null,
        during: '[2026-01-01,)',
        appointed_at: clock.now(),
      })
      .execute()
    here.research = (
      await db
        .insertInto('departments')
        .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }) })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id as DepartmentId
    await db
      .updateTable('staff')
      .set({ department_id: here.research, email: 'wu@example.com', language: 'en' })
      .where('id', '=', wu)
      .execute()
    await db.updateTable('staff').set({ email: 'gao@example.com' }).where('id', '=', here.chief).execute()
  })
  return Object.assign(here, {
    letters: (kind: 'digest' | 'brief') =>
      database.db.selectFrom('outgoing_mails').selectAll().where('kind', '=', kind).orderBy('id').execute(),
    /** A request of this customer to the department. */
    request: async (name: string): Promise<EscalationId> => {
      const id = await does.ask(await welcome(database.db, name), `SSH is down at ${name}`, {
        language: 'en',
        cameFrom: null,
      })
      const by = { staffId: here.mei, epoch: await does.take(id, here.mei) }
      return does.sendTo(id, by, {
        departmentId: here.research,
        promisedAt: new Date('2026-11-24T12:00:00+08:00'),
      })
    },
  })
}
