import { listLeaders } from '../../accounts/leadership/queries.ts'
import { maySignIn, mustBeSigned } from '../../appraisal/deciding/rules.ts'
import type { MonthState } from '../../events/appraisal.ts'
import type {
  AppraisalId,
  AppraisalMonthId,
  CommendationId,
  DocumentRequestId,
  FalseRecordId,
  StaffId,
} from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import type { Database, Tx } from '../../schema.ts'
import { settle, settleAll } from '../notices/actions.ts'
import { type Telling, tell, tellEach } from '../notices/telling.ts'
import { chiefNow } from '../people/queries.ts'
import { humanResources } from '../rostering/queries.ts'
import * as personnel from './queries.ts'

/**
 * Who has to act in a month's appraisal, and who is told what came of it (REGULATION rows 67–72). Good to know, never a
 * page at night; a stage that nobody finished is told to the next one up.
 */
export const personnelReactions: Reactions<Database> = {
  feature: 'personnel',
  together: {
    'appraisal.frozen': async (tx, all) => {
      const stands = await personnel.standsOf(tx.db, idsOf(all))
      const told = all.filter(({ appraisalId, revision, pass }) => {
        const stage = stands.get(appraisalId)?.stage
        // Said late it would be said of a stage that is over.
        return revision === 1 && stagesOf(pass).some((one) => one === stage)
      })
      await settleAll(
        tx,
        told.map(({ appraisalId }) => `counted:a${appraisalId}`),
      )
      await tellEach(
        tx,
        told.map(({ appraisalId, staffId, pass }) => ownOf(pass === 1 ? 'counted' : 'comment', appraisalId, staffId)),
      )
    },
    'appraisal.published': async (tx, all) => {
      const over = ['counted', 'comment', 'reopened', 'returned']
      await settleAll(
        tx,
        all.flatMap(({ appraisalId }) => over.map((before) => `${before}:a${appraisalId}`)),
      )
      const stands = await personnel.standsOf(tx.db, idsOf(all))
      const told = all.filter(({ appraisalId }) => stands.get(appraisalId)?.state === 'published')
      await tellEach(
        tx,
        told.map(({ appraisalId, staffId }) => ownOf('published', appraisalId, staffId)),
      )
    },
  },
  on: {
    'appraisal.stage_began': async (tx, { monthId, stage }) => {
      for (const before of ['score', 'review', 'sign']) await settle(tx, `${before}:m${monthId}`)
      const { key, state } = await personnel.monthOf(tx.db, monthId)
      if (state !== stage) return
      const path = `/appraisal/months/${key}`
      if (stage === 'managers')
        await tellOf(tx, `score:m${monthId}`, '/appraisal/scoring', await personnel.scorersOf(tx.db, monthId, tx.now))
      if (stage === 'review') {
        // Whom nobody of personnel can review goes one level up at once.
        const group = (await personnel.hasOrphans(tx.db, monthId)) ? await listLeaders(tx.db, tx.now) : []
        const people = [...new Set([...(await humanResources(tx.db)), ...group])]
        await tellOf(tx, `review:m${monthId}`, `${path}?show=mine`, people)
      }
      if (stage === 'signing' && (await personnel.hasExtremes(tx.db, monthId)))
        await tellOf(tx, `sign:m${monthId}`, `${path}?show=extremes`, await listLeaders(tx.db, tx.now))
    },
    'appraisal.review_late': async (tx, { appraisalId, staffId }) => {
      const leaders = without(await listLeaders(tx.db, tx.now), staffId)
      await tellOf(tx, `late_review:a${appraisalId}`, `/appraisal/${appraisalId}`, leaders)
    },
    'appraisal.reviewed': async (tx, { appraisalId, staffId }) => {
      await settle(tx, `late_review:a${appraisalId}`)
      // Reviewed after the group was told of the others: of this one nobody has told it.
      const stand = (await personnel.standsOf(tx.db, [appraisalId])).get(appraisalId)
      if (stand?.state !== 'hr_reviewed' || !mustBeSigned(stand.grade) || !maySignIn(stand.stage)) return
      const leaders = without(await listLeaders(tx.db, tx.now), staffId)
      await tellOf(tx, `sign:a${appraisalId}`, `/appraisal/${appraisalId}`, leaders)
    },
    'appraisal.signed': async (tx, { appraisalId }) => settle(tx, `sign:a${appraisalId}`),
    'appraisal.objection_late': async (tx, { appraisalId, staffId }) => {
      const chief = without(some(await chiefNow(tx.db, tx.now)), staffId)
      await tellOf(tx, `late_objection:a${appraisalId}`, `/appraisal/${appraisalId}`, chief)
    },
    'appraisal.stage_late': async (tx, { monthId, to }) => tellLate(tx, monthId, to),
    'appraisal.returned': async (tx, { appraisalId, to, by }) => {
      await settle(tx, `sign:a${appraisalId}`)
      const people =
        to === 'review' ? await humanResources(tx.db) : await personnel.scorersOfOne(tx.db, appraisalId, tx.now)
      await tellOf(tx, `returned:a${appraisalId}`, `/appraisal/${appraisalId}`, without(people, by))
    },
    'appraisal.reopened': async (tx, { appraisalId, staffId }) => tellOwn(tx, 'reopened', appraisalId, staffId),
    'appraisal.acknowledged': async (tx, { appraisalId }) => settle(tx, `published:a${appraisalId}`),
    'appraisal.objected': async (tx, { appraisalId, staffId }) => {
      await settle(tx, `published:a${appraisalId}`)
      const judges = await personnel.judgesOf(tx.db, appraisalId, tx.now)
      await tellOf(tx, `objected:a${appraisalId}`, `/appraisal/${appraisalId}`, without(judges, staffId))
    },
    'appraisal.decided': async (tx, { appraisalId, staffId }) => {
      for (const before of ['objected', 'late_objection']) await settle(tx, `${before}:a${appraisalId}`)
      await tellOwn(tx, 'decided', appraisalId, staffId)
    },
    'appraisal.deemed_received': async (tx, { appraisalId }) => settle(tx, `published:a${appraisalId}`),

    'measure.put_forward': async (tx, { measureId, staffId }) =>
      tellOf(tx, `measure_statement:${measureId}`, `/measures#measure-${measureId}`, [staffId]),
    'measure.stated': async (tx, { measureId, staffId }) => {
      await settle(tx, `measure_statement:${measureId}`)
      const leaders = without(await listLeaders(tx.db, tx.now), staffId)
      await tellOf(tx, `measure_decide:${measureId}`, `/measures#measure-${measureId}`, leaders)
    },
    'measure.undecided': async (tx, { measureId, staffId }) => {
      const chief = await chiefNow(tx.db, tx.now)
      const to = without(some(chief), staffId).map((one) => ({ staffId: one, part: 'own' as const }))
      // However many there are at once, it is one thing to do.
      const ref = `measure_undecided:${measureId}`
      await tell(tx, { kind: 'appraisal', ref, path: '/measures', foldKey: 'measure_undecided', to })
    },
    'measure.decided': async (tx, { measureId, staffId }) => {
      for (const before of ['statement', 'decide', 'undecided']) await settle(tx, `measure_${before}:${measureId}`)
      await tellOf(tx, `measure_decided:${measureId}`, `/measures#measure-${measureId}`, [staffId])
    },
    'measure.withdrawn': async (tx, { measureId, staffId, by }) => {
      for (const before of ['statement', 'decide', 'undecided', 'objected'])
        await settle(tx, `measure_${before}:${measureId}`)
      // What was decided about them, and what they were asked about, is gone with the result that it rested on.
      if (by === null) await tellOf(tx, `measure_fell:${measureId}`, '/measures', [staffId])
    },
    'measure.objected': async (tx, { measureId, staffId }) => {
      const leaders = without(await listLeaders(tx.db, tx.now), staffId)
      await tellOf(tx, `measure_objected:${measureId}`, `/measures#measure-${measureId}`, leaders)
    },
    'measure.reviewed': async (tx, { measureId, staffId }) => {
      await settle(tx, `measure_objected:${measureId}`)
      await tellOf(tx, `measure_reviewed:${measureId}`, `/measures#measure-${measureId}`, [staffId])
    },
    'commendation.nominated': async (tx, { commendationId, staffId, by }) => {
      const people = (await personnelBut(tx, staffId)).filter((one) => one !== by)
      await tellOfPraise(tx, 'nominated', commendationId, people)
    },
    'commendation.checked': async (tx, { commendationId, staffId, by }) => {
      await settle(tx, `nominated:c${commendationId}`)
      const people = (await listLeaders(tx.db, tx.now)).filter((one) => one !== staffId && one !== by)
      await tellOfPraise(tx, 'checked', commendationId, people)
    },
    'commendation.decided': async (tx, { commendationId, staffId, nominatedBy, outcome }) => {
      for (const before of ['nominated', 'checked', 'undecided']) await settle(tx, `${before}:c${commendationId}`)
      if (outcome === 'granted') await tellOfPraise(tx, 'granted', commendationId, [staffId])
      if (nominatedBy) await tellOfPraise(tx, 'outcome', commendationId, [nominatedBy])
    },
    'commendation.withdrawn': async (tx, { commendationId }) => {
      for (const before of ['nominated', 'checked', 'undecided']) await settle(tx, `${before}:c${commendationId}`)
    },
    'commendation.undecided': async (tx, { commendationId, staffId }) =>
      tellOfPraise(tx, 'undecided', commendationId, await personnelBut(tx, staffId)),
    'commendation.rewarded': async (tx, { commendationId, staffId }) =>
      tellOfPraise(tx, 'rewarded', commendationId, [staffId]),
    'commendation.revoked': async (tx, { commendationId, staffId }) => {
      for (const before of ['granted', 'rewarded']) await settle(tx, `${before}:c${commendationId}`)
      await tellOfPraise(tx, 'revoked', commendationId, [staffId])
    },
    'document.asked': async (tx, { requestId, staffId }) => tellOfPaper(tx, 'asked', requestId, [staffId]),
    'document.answered': async (tx, { requestId, askedBy }) => {
      for (const before of ['asked', 'back', 'overdue']) await settle(tx, `${before}:d${requestId}`)
      await tellOfPaper(tx, 'answered', requestId, [askedBy])
    },
    'document.asked_back': async (tx, { requestId, staffId }) => tellOfPaper(tx, 'back', requestId, [staffId]),
    'document.withdrawn': async (tx, { requestId }) => {
      for (const before of ['asked', 'back', 'overdue']) await settle(tx, `${before}:d${requestId}`)
    },
    'obligation.late': async (tx, { obligationId, kind, staffId }) => {
      const requestId = kind === 'document' ? await personnel.requestOf(tx.db, obligationId) : undefined
      if (requestId) await tellOfPaper(tx, 'overdue', requestId, without(await humanResources(tx.db), staffId))
    },
    // They said nothing in their days: it can be decided without.
    'obligation.missed': async (tx, { obligationId, kind, staffId }) => {
      if (kind === 'record_statement') await tellToDecide(tx, await personnel.caseOf(tx.db, obligationId), staffId)
    },
    'false_record.opened': async (tx, { caseId, staffId }) => tellOfCase(tx, 'case_opened', caseId, [staffId]),
    'false_record.stated': async (tx, { caseId, staffId }) => {
      await settle(tx, `case_opened:${caseId}`)
      await tellToDecide(tx, caseId, staffId)
    },
    'false_record.decided': async (tx, { caseId, staffId }) => {
      for (const before of BEFORE_DECIDED) await settle(tx, `${before}:${caseId}`)
      await tellOfCase(tx, 'case_decided', caseId, [staffId])
    },
    'false_record.withdrawn': async (tx, { caseId, staffId }) => {
      for (const before of BEFORE_DECIDED) await settle(tx, `${before}:${caseId}`)
      await tellOfCase(tx, 'case_decided', caseId, [staffId])
    },
    'false_record.objected': async (tx, { caseId, staffId }) =>
      tellOfCase(tx, 'case_objected', caseId, without(await listLeaders(tx.db, tx.now), staffId)),
    'false_record.late': async (tx, { caseId, to, objected }) =>
      tellOfCase(tx, objected ? 'case_objection_late' : 'case_late', caseId, some(to ?? undefined)),
    'false_record.reviewed': async (tx, { caseId, staffId }) => {
      for (const before of BEFORE_DECIDED) await settle(tx, `${before}:${caseId}`)
      await tellOfCase(tx, 'case_reviewed', caseId, [staffId])
    },
    'coaching.asked': async (tx, { requestId, staffId }) =>
      tellOf(tx, `coaching:${requestId}`, '/appraisal/coaching', await personnelBut(tx, staffId)),
    'coaching.answered': async (tx, { requestId, staffId }) => {
      await settle(tx, `coaching:${requestId}`)
      await tellOf(tx, `coaching_answered:${requestId}`, '/appraisal/coaching', [staffId])
    },
  },
}

const idsOf = (all: readonly { readonly appraisalId: AppraisalId }[]) => all.map(({ appraisalId }) => appraisalId)
const stagesOf = (pass: number): readonly MonthState[] =>
  pass === 1 ? ['opening', 'contests'] : ['refreezing', 'comments']

const ofAppraisal = (ref: string, path: string, people: readonly StaffId[]): Telling => ({
  kind: 'appraisal',
  ref,
  path,
  to: people.map((staffId) => ({ staffId, part: 'own' })),
})
const tellOf = (tx: Tx, ref: string, path: string, people: readonly StaffId[]): Promise<void> =>
  tell(tx, ofAppraisal(ref, path, people))

const ownOf = (what: string, id: AppraisalId, staffId: StaffId): Telling =>
  ofAppraisal(`${what}:a${id}`, '/appraisal', [staffId])
const tellOwn = (tx: Tx, what: string, id: AppraisalId, staffId: StaffId): Promise<void> =>
  tell(tx, ownOf(what, id, staffId))

const tellOfPraise = (tx: Tx, what: string, id: CommendationId, people: readonly StaffId[]): Promise<void> =>
  tell(tx, {
    kind: 'recognition',
    ref: `${what}:c${id}`,
    path: `/commendations/${id}`,
    to: people.map((staffId) => ({ staffId, part: 'own' })),
  })

const tellOfPaper = (tx: Tx, what: string, id: DocumentRequestId, people: readonly StaffId[]): Promise<void> =>
  tell(tx, {
    kind: 'document',
    ref: `${what}:d${id}`,
    path: `/records/${id}`,
    to: people.map((staffId) => ({ staffId, part: 'own' })),
  })

/** What waits for a decision about a record, and nobody has to be told of any more once there is one. */
const BEFORE_DECIDED = ['case_opened', 'case_decide', 'case_late', 'case_objected', 'case_objection_late']
const tellOfCase = (tx: Tx, what: string, id: FalseRecordId, people: readonly StaffId[]): Promise<void> =>
  tell(tx, {
    kind: 'document',
    ref: `${what}:${id}`,
    path: `/records/cases/${id}`,
    to: people.map((staffId) => ({ staffId, part: 'own' })),
  })

async function tellToDecide(tx: Tx, caseId: FalseRecordId | undefined, staffId: StaffId | null): Promise<void> {
  if (caseId) await tellOfCase(tx, 'case_decide', caseId, without(await listLeaders(tx.db, tx.now), staffId))
}

/** Unfinished: personnel, then the group, then whoever heads it (REGULATION row 67). */
async function tellLate(tx: Tx, monthId: AppraisalMonthId, to: 'personnel' | 'group' | 'chief'): Promise<void> {
  const path = `/appraisal/months/${(await personnel.monthOf(tx.db, monthId)).key}?show=mine`
  const people =
    to === 'personnel'
      ? await humanResources(tx.db)
      : to === 'group'
        ? await listLeaders(tx.db, tx.now)
        : some(await chiefNow(tx.db, tx.now))
  await tellOf(tx, `late_${to}:m${monthId}`, path, people)
}

/** Personnel but this one; where there is nobody else of them, the group. */
async function personnelBut(tx: Tx, staffId: StaffId): Promise<StaffId[]> {
  const others = without(await humanResources(tx.db), staffId)
  return others.length > 0 ? others : without(await listLeaders(tx.db, tx.now), staffId)
}

const some = (one: StaffId | undefined): StaffId[] => (one ? [one] : [])
const without = (people: readonly StaffId[], one: StaffId | null): StaffId[] => people.filter((each) => each !== one)
