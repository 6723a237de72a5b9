import type { NoticeId, StaffId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import { noteDelivered, noteSeen } from '../../roster/confirmations/actions.ts'
import type { Database, Tx } from '../../schema.ts'
import { type Somebody, tell } from '../notices/telling.ts'
import { headOf } from '../people/queries.ts'
import { departmentsAskedAt, humanResources, isTold, refOf } from './queries.ts'

/**
 * Who is told of a published roster and of what follows from it, and the proof that it arrived: a letter that its server
 * took, a page of the phone, or the notice opened (REGULATION rows 21 and 22). A page alone proves nothing.
 */
export const rosteringReactions: Reactions<Database> = {
  feature: 'rostering',
  on: {
    'confirmation.asked': async (tx, { staffId, askedAt }) => {
      const ref = `published:${staffId}-${new Date(askedAt).getTime()}`
      await tell(tx, { kind: 'roster', ref, path: '/roster/confirmations', to: own(staffId) })
      await tellRobots(tx, new Date(askedAt))
    },
    'confirmation.nudged': async (tx, { staffId }) =>
      tell(tx, {
        kind: 'roster',
        ref: `nudge:${staffId}-${tx.now.getTime()}`,
        path: '/roster/confirmations',
        to: own(staffId),
      }),
    'confirmation.lapsed': async (tx, { staffId }) => {
      const ref = `unconfirmed:${staffId}-${tx.now.getTime()}`
      const head = await headOf(tx.db, staffId)
      const others = (await humanResources(tx.db)).filter((one) => one !== staffId && one !== head)
      const to = [...(head ? [head] : []), ...others].flatMap(own)
      await tell(tx, { kind: 'roster', ref, path: '/roster/confirmations/all', to })
    },
    'delivery.settled': async (tx, { noticeId, staffId, channel, state }) => {
      if (staffId && state === 'sent' && channel !== 'page') await noteProof(tx, noticeId, staffId)
    },
    'notice.seen': async (tx, { noticeId, staffId }) => {
      if ((await refOf(tx.db, noticeId)).startsWith('published:')) await noteSeen(tx, staffId)
    },
  },
}

/** The room of a department and of those on duty are told once, however many were asked at that instant. */
async function tellRobots(tx: Tx, askedAt: Date): Promise<void> {
  const ref = `published:all-${askedAt.getTime()}`
  const robots = [null, ...(await departmentsAskedAt(tx.db, askedAt))]
  if (await isTold(tx.db, ref)) return
  await tell(tx, { kind: 'roster', ref, path: '/roster', to: [], robots })
}

async function noteProof(tx: Tx, noticeId: NoticeId, staffId: StaffId): Promise<void> {
  const [, at] = /^published:\d+-(\d+)$/.exec(await refOf(tx.db, noticeId)) ?? []
  if (at) await noteDelivered(tx, staffId, new Date(Number(at)))
}

const own = (staffId: StaffId): Somebody[] => [{ staffId, part: 'own' }]
