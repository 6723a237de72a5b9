import { listLeaders } from '../../accounts/leadership/queries.ts'
import { maySignIn, mustBeSigned } from '../../appraisal/deciding/rules.ts'
import type { MonthState } from '../../events/appraisal.ts'
import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import type { Database, Tx } from '../../schema.ts'
import { settle, settleAll } from '../notices/actions.ts'
import { type Telling, tell, tellEach } from '../notices/telling.ts'
import { chiefNow } from '../people/queries.ts'
import { humanResources } from '../rostering/queries.ts'
import { personnelBut, some, without } from './people.ts'
import * as personnel from './queries.ts'
import { onRecords } from './records.ts'

/**
 * Who has to act in a month's appraisal, and who is told what came of it (REGULATION rows 67–72), and the same of
 * commendations, documents and records (records.ts). Good to know, never a page at night; a stage that nobody finished is told to the next one up.
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
    ...onRecords,
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
