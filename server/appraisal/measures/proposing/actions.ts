import type { Grade } from '../../../events/appraisal.ts'
import { announceAll } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { AppraisalRow } from '../../queries.ts'
import * as measures from '../queries.ts'
import { proposalsFor } from '../rules.ts'
import * as proposing from './queries.ts'

type Published = AppraisalRow & { readonly grade: Grade }

/** What the regulation recommends for what was published, of one month. Nobody is told but personnel: a human puts it forward, or not. */
export async function proposeMeasures(tx: Tx, all: readonly Published[]): Promise<void> {
  await proposing.dropUnseen(
    tx,
    all.map(({ id }) => id),
  )
  const known = await againOf(tx, all)
  const here = all.filter(({ active }) => active)
  const [first] = here
  if (!first) return
  const people = here.map(({ staffId }) => staffId)
  const before = await measures.beforeOf(tx.db, { people, month: first.month })
  const proposals = here.flatMap(({ id: appraisalId, staffId, grade, trial }) =>
    proposalsFor(grade, { ...before(staffId), trial }).map((proposal) => ({ appraisalId, staffId, ...proposal })),
  )
  const made = await proposing.insertProposals(
    tx,
    proposals.filter(({ appraisalId, kind }) => !known.has(`${appraisalId} ${kind}`)),
  )
  await announceAll(
    tx,
    made.map((payload) => ({ name: 'measure.proposed' as const, payload, about: ['appraisal'] })),
  )
}

/**
 * A further version: where its grade is another, what followed from the one before falls; where it is the same, what people
 * made of each recommendation stands, and none is made twice. Returns those that stand.
 */
async function againOf(tx: Tx, all: readonly Published[]): Promise<Set<string>> {
  const again = all.filter(({ revision }) => revision > 1)
  if (again.length === 0) return new Set()
  const before = await proposing.gradesBefore(
    tx.db,
    again.map(({ id }) => id),
  )
  const isSame = ({ id, grade }: Published): boolean => before.get(id) === undefined || before.get(id) === grade
  const other = again.filter((one) => !isSame(one)).map(({ id }) => id)
  const fallen =
    other.length > 0 ? await proposing.letFall(tx, other, (await currentSettings(tx.db)).measureMonths) : []
  await announceAll(
    tx,
    fallen.map((one) => ({
      name: 'measure.withdrawn' as const,
      payload: { ...one, by: null },
      about: ['appraisal', `own:${one.staffId}`],
    })),
  )
  const same = again.filter(isSame).map(({ id }) => id)
  return same.length > 0 ? proposing.proposedKinds(tx.db, same) : new Set()
}
