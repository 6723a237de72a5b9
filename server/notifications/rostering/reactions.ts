import type { RosterEvents } from '../../events/roster.ts'
import type { NoticeId, SignatureId, StaffId, SwapId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import { noteDelivered, noteSeen } from '../../roster/confirmations/actions.ts'
import { monthFrom } from '../../roster/months/reminding/actions.ts'
import { listPlanners, listSilent } from '../../roster/months/reminding/queries.ts'
import { countNamed } from '../../roster/signatures/queries.ts'
import type { Database, Tx } from '../../schema.ts'
import { settle } from '../notices/actions.ts'
import { type Somebody, tell } from '../notices/telling.ts'
import { headOf, onPostNow } from '../people/queries.ts'
import { departmentsAskedAt, humanResources, isTold, listGroup, refOf } from './queries.ts'

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
    'month.reminded': async (tx, { what, step, ...at }) =>
      what === 'input' ? tellOfInput(tx, monthFrom(at), step) : tellOfPublication(tx, monthFrom(at), step),
    'month.published': async (tx, at) => {
      for (const said of ['publish_soon', 'publish_late', 'input_soon', 'input_late'])
        await settle(tx, `${said}:${monthFrom(at)}`)
    },
    'month.input_given': async (tx, at) => {
      const month = monthFrom(at)
      if ((await listSilent(tx.db, month)).length > 0) return
      for (const said of ['input_soon', 'input_late']) await settle(tx, `${said}:${month}`)
    },
    'swap.asked': async (tx, { swapId, substituteId }) => tellOf(tx, swapId, 'swap_asked', [substituteId]),
    'swap.accepted': async (tx, { swapId, requesterId, substituteId, emergency }) => {
      await tellOf(tx, swapId, 'swap_accepted', [requesterId])
      const managers = emergency ? await onPostNow(tx.db, 'manager', tx.now) : []
      const deciding = [...(await humanResources(tx.db)), ...managers].filter(
        (one) => one !== requesterId && one !== substituteId,
      )
      await tellOf(tx, swapId, emergency ? 'swap_urgent' : 'swap_review', deciding)
    },
    'swap.declined': async (tx, { swapId, requesterId }) => tellOf(tx, swapId, 'swap_declined', [requesterId]),
    'swap.withdrawn': async (tx, { swapId, substituteId }) => tellOf(tx, swapId, 'swap_withdrawn', [substituteId]),
    'swap.rules_failed': async (tx, { swapId, requesterId, substituteId }) =>
      tellOf(tx, swapId, 'swap_failed', [requesterId, substituteId]),
    'swap.rejected': async (tx, { swapId, requesterId, substituteId }) =>
      tellOf(tx, swapId, 'swap_rejected', [requesterId, substituteId]),
    'swap.applied': async (tx, { swapId, requesterId, substituteId }) => {
      const head = await headOf(tx.db, requesterId)
      await tellOf(tx, swapId, 'swap_applied', [requesterId, substituteId, head ?? null])
    },
    'swap.expired': async (tx, { swapId, requesterId, substituteId }) =>
      tellOf(tx, swapId, 'swap_expired', [requesterId, substituteId, ...(await humanResources(tx.db))]),
    'swap.reversal_asked': async (tx, { swapId, requesterId, substituteId, by }) =>
      tellOf(tx, swapId, 'swap_back', [by === requesterId ? substituteId : requesterId]),
    'swap.kept': async (tx, { swapId, requesterId, substituteId, by }) =>
      tellOf(tx, swapId, 'swap_kept', [by === requesterId ? substituteId : requesterId]),
    'swap.reversed': async (tx, { swapId, requesterId, substituteId }) =>
      tellOf(tx, swapId, 'swap_reversed', [requesterId, substituteId, ...(await humanResources(tx.db))]),
    'roster.leader_named': async (tx, { leaderId }) => {
      if ((await countNamed(tx.db, leaderId)) === 0) return
      // What is signed for in one go is told once.
      await tell(tx, { kind: 'roster', ref: `signature:${leaderId}`, path: '/roster/signatures', to: own(leaderId) })
    },
    'roster.leader_confirmed': async (tx, { signatureId, leaderId }) => tellAnswered(tx, signatureId, leaderId),
    'roster.leader_objected': async (tx, { signatureId, leaderId, by }) => {
      await tellAnswered(tx, signatureId, leaderId)
      const to = [...new Set([...(by ? [by] : []), ...(await humanResources(tx.db))])].filter((one) => one !== leaderId)
      await tell(tx, {
        kind: 'roster',
        ref: `objection:${signatureId}`,
        path: '/roster/signatures',
        to: to.flatMap(own),
      })
    },
    'roster.unled': async (tx, { what }) => {
      const group = what === 'backup' ? [] : await listGroup(tx.db, tx.now)
      const to = [...new Set([...(await humanResources(tx.db)), ...group])]
      await tell(tx, { kind: 'roster', ref: refOfNights(what), path: '/roster/gaps', to: to.flatMap(own) })
    },
    'roster.led': async (tx, { what }) => settle(tx, refOfNights(what)),
    'delivery.settled': async (tx, { noticeId, staffId, channel, state }) => {
      if (staffId && state === 'sent' && channel !== 'page') await noteProof(tx, noticeId, staffId)
    },
    'notice.seen': async (tx, { noticeId, staffId }) => {
      if ((await refOf(tx.db, noticeId)).startsWith('published:')) await noteSeen(tx, staffId)
    },
  },
}

const refOfNights = (what: 'lead' | 'backup'): string => (what === 'backup' ? 'unbacked:nights' : 'unled:nights')

/** A leader who has answered everything is not asked any more. */
async function tellAnswered(tx: Tx, id: SignatureId, leaderId: StaffId): Promise<void> {
  await settle(tx, `objection:${id}`)
  if ((await countNamed(tx.db, leaderId)) === 0) await settle(tx, `signature:${leaderId}`)
}

/** REGULATION row 19: HR 3, 2, 1 days before, then the group; each step is told anew. */
async function tellOfPublication(tx: Tx, month: string, step: Reminding): Promise<void> {
  const hr = (await listPlanners(tx.db)).flatMap(own)
  const ref = step === 'late' ? `publish_late:${month}` : `publish_soon:${month}`
  await settle(tx, ref)
  await tell(tx, { kind: 'roster', ref, foldKey: `${ref} ${step}`, path: `/roster/plan/${month}`, to: hr })
  if (step !== 'late') return
  const group = (await listGroup(tx.db, tx.now)).filter((one) => !hr.some(({ staffId }) => staffId === one))
  const path = `/roster?month=${month}`
  await tell(tx, { kind: 'roster', ref, foldKey: `${ref} group`, path, to: group.flatMap(own) })
}

/** Heads of departments that have not said what they need; once it is too late HR hears which. */
async function tellOfInput(tx: Tx, month: string, step: Reminding): Promise<void> {
  const heads = (await listSilent(tx.db, month)).flatMap(({ headId }) => (headId ? own(headId) : []))
  const to = step === 'late' ? (await listPlanners(tx.db)).flatMap(own) : heads
  const ref = step === 'late' ? `input_late:${month}` : `input_soon:${month}`
  await settle(tx, ref)
  await tell(tx, { kind: 'roster', ref, foldKey: `${ref} ${step}`, path: `/roster/needs/${month}`, to })
}
type Reminding = RosterEvents['month.reminded']['step']

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

type Said =
  | 'swap_asked'
  | 'swap_review'
  | 'swap_urgent'
  | 'swap_accepted'
  | 'swap_declined'
  | 'swap_withdrawn'
  | 'swap_failed'
  | 'swap_rejected'
  | 'swap_applied'
  | 'swap_expired'
  | 'swap_back'
  | 'swap_kept'
  | 'swap_reversed'

const ENDS: readonly Said[] = [
  'swap_declined',
  'swap_withdrawn',
  'swap_failed',
  'swap_rejected',
  'swap_applied',
  'swap_expired',
]

/** What went on in a swap; who was asked to answer or to decide is not asked any more once it went on without that. */
async function tellOf(tx: Tx, id: SwapId, what: Said, people: readonly (StaffId | null)[]): Promise<void> {
  if (what !== 'swap_asked') await settle(tx, `swap_asked:${id}`)
  if (ENDS.includes(what)) for (const asked of ['swap_review', 'swap_urgent']) await settle(tx, `${asked}:${id}`)
  const to = [...new Set(people)].filter((one) => one !== null).flatMap(own)
  await tell(tx, { kind: 'roster', ref: `${what}:${id}`, path: `/roster/swaps/${id}`, to })
}

const own = (staffId: StaffId): Somebody[] => [{ staffId, part: 'own' }]
