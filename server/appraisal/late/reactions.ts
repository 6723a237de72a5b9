import type { RatingId, TicketId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import type { Database, Tx } from '../../schema.ts'
import { countLate } from './actions.ts'
import { creditedWith, givenOn } from './queries.ts'

/** What is decided after its month was frozen is not lost: it is counted, and the version says why. */
export const lateReactions: Reactions<Database> = {
  feature: 'late_evidence',
  on: {
    'correction.decided': async (tx, { shiftId, staffId, outcome }) => {
      if (outcome !== 'approved') return
      const link = '/attendance/corrections'
      await countLate(tx, { staffId, whence: { shiftId }, why: 'late.correction', link })
    },
    'post_case.decided': async (tx, { caseId, attendanceId, staffId, outcome }) => {
      if (outcome !== 'left_post') return
      const link = `/attendance/cases/${caseId}`
      await countLate(tx, { staffId, whence: { attendanceId }, why: 'late.case', link })
    },
    'attendance.excused': async (tx, { absenceId, staffId }) => {
      const link = '/attendance/hours'
      await countLate(tx, { staffId, whence: { absenceId }, why: 'late.excuse', link })
    },
    'obligation.excused': async (tx, { obligationId, staffId }) => {
      if (!staffId) return
      const link = `/obligations/${obligationId}`
      await countLate(tx, { staffId, whence: { obligationId }, why: 'late.obligation', link })
    },
    // Contested in time, and decided when the days for it were over.
    'rating.excluded': (tx, { ratingId }) => countRating(tx, ratingId),
    'rating.included': (tx, { ratingId }) => countRating(tx, ratingId),
    'ticket.excluded': (tx, { ticketId }) => countRatingsOf(tx, ticketId),
    'ticket.included': (tx, { ticketId }) => countRatingsOf(tx, ticketId),
    'false_record.reviewed': async (tx, { caseId, staffId, outcome }) => {
      if (outcome !== 'lifted') return
      await countLate(tx, { staffId, whence: { caseId }, why: 'late.record', link: `/records/cases/${caseId}` })
    },
  },
}

async function countRating(tx: Tx, ratingId: RatingId): Promise<void> {
  const staffId = await creditedWith(tx.db, ratingId)
  if (staffId) await countLate(tx, { staffId, whence: { ratingId }, why: 'late.rating', link: `/ratings/${ratingId}` })
}

/** A whole conversation left the appraisal for abuse, or came back. */
async function countRatingsOf(tx: Tx, ticketId: TicketId): Promise<void> {
  for (const ratingId of await givenOn(tx.db, ticketId)) await countRating(tx, ratingId)
}
