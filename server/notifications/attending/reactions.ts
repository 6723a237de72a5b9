import { whoIsAwaited } from '../../attendance/arrivals/queries.ts'
import type { AttendanceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { Reactions } from '../../platform/reactions.ts'
import { listBackups } from '../../roster/leading/backups/queries.ts'
import { getShift } from '../../roster/queries.ts'
import type { Database, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { settle } from '../notices/actions.ts'
import { managers, type Somebody, tell } from '../notices/telling.ts'
import { humanResources } from '../rostering/queries.ts'

/** Who is told of how people come, leave their post and are asked whether they are there (REGULATION rows 25 and 55). */
export const attendingReactions: Reactions<Database> = {
  feature: 'attending',
  on: {
    'attendance.missing': async (tx, { shiftId, staffId }) => {
      await endAwaiting(tx)
      await tellBackups(tx, shiftId)
      await tell(tx, {
        kind: 'attendance',
        ref: 'missing:now',
        foldKey: 'missing',
        path: '/attendance',
        to: await leads(tx, staffId),
      })
    },
    'attendance.awaited': async (tx, { shiftId, staffId }) =>
      tell(tx, { kind: 'attendance', ref: `arrive:${shiftId}`, path: '/duty', to: own(staffId) }),
    'attendance.late': async (tx, { staffId }) => {
      const to = await leads(tx, staffId)
      await tell(tx, { kind: 'attendance', ref: 'late:now', foldKey: 'late', path: '/attendance', to })
    },
    'attendance.came': async (tx) => endAwaiting(tx),
    'attendance.absent': async (tx) => endAwaiting(tx),
    'attendance.checked_in': async (tx, { attendanceId, shiftId }) => {
      await settle(tx, `left:${attendanceId}`)
      await settle(tx, `arrive:${shiftId}`)
      await endAwaiting(tx)
    },
    'attendance.checked_out': async (tx, { attendanceId, shiftId, staffId, why }) => {
      await endStay(tx, attendanceId)
      const shift = await getShift(tx.db, shiftId).catch(() => undefined)
      if (why !== 'person' || !shift || tx.now < shift.from || shift.to <= tx.now) return
      const to = await leads(tx, staffId)
      await tell(tx, { kind: 'attendance', ref: `left:${attendanceId}`, path: '/attendance', to })
    },
    // Paged: a post would stand empty, and somebody works for longer than they agreed to.
    'attendance.extended': async (tx, { attendanceId, staffId, promised }) => {
      const to = await leads(tx, staffId)
      await tell(tx, {
        kind: 'attendance',
        importance: 'duty',
        ref: `extended:${attendanceId}`,
        path: '/attendance',
        to,
      })
      if (promised) await settle(tx, `stay:${attendanceId}`)
      else await tell(tx, { kind: 'attendance', ref: `stay:${attendanceId}`, path: '/duty', to: own(staffId) })
    },
    'attendance.relieved': async (tx, { attendanceId }) => endStay(tx, attendanceId),
    'slip.overdue': async (tx, { attendanceId, staffId }) => {
      const to = await leads(tx, staffId)
      await tell(tx, { kind: 'attendance', ref: `overdue:${attendanceId}`, path: '/attendance', to })
    },
    'slip.asked': async (tx, { slipId, coverId }) =>
      tell(tx, { kind: 'attendance', ref: `slip:${slipId}`, path: '/duty', to: own(coverId) }),
    'slip.withdrawn': async (tx, { slipId }) => settle(tx, `slip:${slipId}`),
    'slip.begun': async (tx, { slipId, staffId }) => {
      await settle(tx, `slip:${slipId}`)
      await tell(tx, { kind: 'attendance', ref: `covered:${slipId}`, path: '/duty', to: own(staffId) })
    },
    'slip.declined': async (tx, { slipId, staffId }) => {
      await settle(tx, `slip:${slipId}`)
      await tell(tx, { kind: 'attendance', ref: `not_covered:${slipId}`, path: '/duty', to: own(staffId) })
    },

    'presence.asked': async (tx, { questionId, staffId }) =>
      tell(tx, { kind: 'attendance', ref: `presence:${questionId}`, path: '/duty', to: own(staffId) }),
    'presence.answered': async (tx, { questionId }) => settle(tx, `presence:${questionId}`),
    'presence.unanswered': async (tx, { questionId }) => settle(tx, `presence:${questionId}`),
    'presence.dropped': async (tx, { questionId }) => settle(tx, `presence:${questionId}`),
    'post_case.opened': async (tx, { caseId, staffId, origin }) => {
      const path = `/attendance/cases/${caseId}`
      await tell(tx, { kind: 'attendance', ref: `hearing:${caseId}`, path, to: own(staffId) })
      // Whoever reports it themselves knows, and of somebody who is late back they were told.
      if (origin === 'presence' || origin === 'left')
        await tell(tx, { kind: 'attendance', ref: `suspected:${caseId}`, path, to: await leads(tx, staffId) })
    },
    'post_case.visited': async (tx, { caseId }) => settle(tx, `suspected:${caseId}`),
    'post_case.stated': async (tx, { caseId, staffId }) => {
      await settle(tx, `hearing:${caseId}`)
      const path = `/attendance/cases/${caseId}`
      await tell(tx, { kind: 'attendance', ref: `stated:${caseId}`, path, to: await deciders(tx, staffId) })
    },
    'post_case.decided': async (tx, { caseId, staffId }) => {
      for (const what of ['suspected', 'hearing', 'stated']) await settle(tx, `${what}:${caseId}`)
      const path = `/attendance/cases/${caseId}`
      await tell(tx, { kind: 'attendance', ref: `decided:${caseId}`, path, to: own(staffId) })
    },
    'correction.asked': async (tx, { correctionId, staffId }) =>
      tell(tx, {
        kind: 'attendance',
        importance: 'info',
        ref: `correction:${correctionId}`,
        path: '/attendance/corrections',
        to: await deciders(tx, staffId),
      }),
    'correction.withdrawn': async (tx, { correctionId }) => settle(tx, `correction:${correctionId}`),
    'correction.decided': async (tx, { correctionId, staffId }) => {
      await settle(tx, `correction:${correctionId}`)
      const ref = `corrected:${correctionId}`
      await tell(tx, { kind: 'attendance', importance: 'info', ref, path: '/attendance/hours', to: own(staffId) })
    },
  },
}

/** Whoever was late or missing has come, or is replaced: where it was the last, nothing more is told of it. */
async function endAwaiting(tx: Tx): Promise<void> {
  const { lateGraceMinutes } = await currentSettings(tx.db)
  const { late, missing } = await whoIsAwaited(tx.db, tx.now, lateGraceMinutes * MINUTE)
  if (!late) await settle(tx, 'late:now')
  if (!missing) await settle(tx, 'missing:now')
  if (!missing) await settle(tx, 'stand_in:now')
}

/** The duty manager has not come: whoever is named to stand ready for them hears of it at once (H1). */
async function tellBackups(tx: Tx, shiftId: ShiftId): Promise<void> {
  const shift = await getShift(tx.db, shiftId).catch(() => undefined)
  if (shift?.post !== 'manager' || shift.kind === 'day') return
  const to = (await listBackups(tx.db, { night: shift.night })).flatMap(({ staffId }) => own(staffId))
  await tell(tx, { kind: 'attendance', ref: 'stand_in:now', path: `/roster?night=${shift.night}`, to })
}

/** Nobody stays there any more. */
async function endStay(tx: Tx, attendanceId: AttendanceId): Promise<void> {
  for (const what of ['extended', 'stay']) await settle(tx, `${what}:${attendanceId}`)
}

/** The duty manager, or whoever heads the group; where it is about them, or nobody is there, HR: somebody is always told. */
async function leads(tx: Tx, staffId: StaffId): Promise<Somebody[]> {
  const found = await managers(tx, staffId)
  return found.length > 0 ? found : (await humanResources(tx.db)).filter((one) => one !== staffId).flatMap(own)
}

/** Whoever may decide about somebody: the duty manager on post and HR, but for themselves. */
async function deciders(tx: Tx, staffId: StaffId): Promise<Somebody[]> {
  const onPost = await managers(tx, staffId)
  const known = new Set(onPost.map((one) => one.staffId))
  const others = (await humanResources(tx.db)).filter((one) => one !== staffId && !known.has(one))
  return [...onPost, ...others.flatMap(own)]
}
const own = (staffId: StaffId): Somebody[] => [{ staffId, part: 'own' }]
