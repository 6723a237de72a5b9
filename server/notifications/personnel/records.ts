import { listLeaders } from '../../accounts/leadership/queries.ts'
import type { CommendationId, DocumentRequestId, FalseRecordId, StaffId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import type { Database, Tx } from '../../schema.ts'
import { settle } from '../notices/actions.ts'
import { tell } from '../notices/telling.ts'
import { humanResources } from '../rostering/queries.ts'
import { personnelBut, some, without } from './people.ts'
import * as personnel from './queries.ts'

/** Commendations (row 54), requests for documents and cases of a false record (row 58): whose turn it is, and what came of it. */
export const onRecords = {
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
} satisfies Reactions<Database>['on']

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
