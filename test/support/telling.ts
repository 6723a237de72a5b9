import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { AlarmKind } from '../../server/events/desk.ts'
import type { NoticeKind } from '../../server/events/notifications.ts'
import type { NoticeId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { jobs } from '../../server/timetable.ts'
import type { Deps } from '../../server/web/deps.ts'
import { hire, putOnPost } from './people.ts'
import { heard, type QuietHouse } from './server.ts'

const OURS = [
  'deliver-notices',
  'follow-pages',
  'climb-notices',
  'plan-mornings',
  'write-digests',
  'write-briefs',
  'write-reminders',
  'send-mail',
]

/** 季然 leads the night, and 兰芝 of administration is there to set things. */
export async function leadAndAdministrator(db: DB): Promise<{ ji: StaffId; lan: StaffId }> {
  const ji = await hire(db, '季然')
  await putOnPost(db, ji, 'manager')
  return { ji, lan: await hire(db, '兰芝', { roles: ['administrator'] }) }
}
type DB = Parameters<typeof hire>[0]

/** What time brings in a house whose robots and gateways may stand on this machine; each act awaited, nothing by itself. */
export function openTelling(house: QuietHouse, config: Partial<Deps['config']> = {}) {
  const deps: Deps = { ...house.deps, config: { ...house.deps.config, insideHooks: true, ...config } }
  const { db, clock } = deps
  const allHeard = (): Promise<void> => heard(house)
  const due = async (names: readonly string[] = OURS): Promise<void> => {
    for (const job of jobs({ wellFor: () => true }, house.react)) {
      const kind = job(deps)
      if (!names.includes(kind.kind)) continue
      for (const row of await kind.list(db, clock.now(), 200)) await kind.run(row.id)
    }
  }
  return {
    deps,
    /** Everything that others announced is reacted to. */
    heard: allHeard,
    /** One look of the ticker, and what follows from it. */
    tick: async (names?: readonly string[]): Promise<void> => {
      await allHeard()
      await due(names)
      await allHeard()
    },
    due,
    alarm: async (kind: AlarmKind = 'nobody_eligible', subject: string | null = null): Promise<void> => {
      await deps.transact(system, (tx) => raiseAlarm(tx, kind, null, subject))
      await allHeard()
    },
    notices: () => db.selectFrom('notices').selectAll().orderBy('id').execute(),
    told: async (noticeId?: string): Promise<[StaffId, string][]> =>
      (
        await db
          .selectFrom('notice_people')
          .select(['staff_id', 'part'])
          .$if(noticeId !== undefined, (q) => q.where('notice_id', '=', noticeId as string))
          .orderBy('id')
          .execute()
      ).map((row) => [row.staff_id as StaffId, row.part]),
    /** `channel state` of everything that was to go to this person, in the order of making. */
    sent: async (staffId: StaffId | null, noticeId?: NoticeId): Promise<string[]> =>
      (
        await db
          .selectFrom('deliveries')
          .select(['channel', 'state'])
          .where('staff_id', staffId ? '=' : 'is', staffId)
          .$if(noticeId !== undefined, (q) => q.where('notice_id', '=', noticeId as NoticeId))
          .orderBy('id')
          .execute()
      ).map(({ channel, state }) => `${channel} ${state}`),
  }
}

/** What somebody has been told about this and is not over, by the first word of its reference: `counted`, `asked` … */
export async function toldAbout(house: QuietHouse, staffId: StaffId, kind: NoticeKind): Promise<string[]> {
  await heard(house)
  const rows = await house.deps.db
    .selectFrom('notices as n')
    .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
    .select('n.ref')
    .where('p.staff_id', '=', staffId)
    .where('n.kind', '=', kind)
    .where('n.settled_at', 'is', null)
    .orderBy('n.id')
    .execute()
  return rows.map(({ ref }) => ref.split(':')[0] ?? '')
}
