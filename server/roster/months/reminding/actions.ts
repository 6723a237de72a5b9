import { addDays, instantOf } from '../../../kernel/time.ts'
import { owe, settle } from '../../../obligations/actions.ts'
import type { Owed } from '../../../obligations/queries.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { findMonth } from '../queries.ts'
import { deadlinesOf, isPublished } from '../rules.ts'
import * as reminding from './queries.ts'
import type { Step, What } from './rules.ts'

/** Says once a step what of a month's roster is still to be done, and owes it (REGULATION row 19); what is done is not told. */
export async function remindOfMonth(
  tx: Tx,
  { month, what, step }: { month: string; what: What; step: Step },
  zone: string,
): Promise<void> {
  const plan = await findMonth(tx.db, month)
  if (plan && isPublished(plan)) return
  if (!(await reminding.storeReminder(tx, month, what, step))) return
  const settings = await currentSettings(tx.db)
  const { inputBy, publishBy } = deadlinesOf(month, settings, { nightStart: settings.nightStart, zone })
  const owed = what === 'input' ? await inputs(tx, month) : await publication(tx, month)
  const last = what === 'input' ? inputBy : publishBy
  const times = { opensAt: tx.now, dueAt: instantOf(addDays(last, 1), '00:00', zone) }
  await owe(tx, ...owed.map((one) => ({ ...one, ...times })))
  if (step !== 'open' && owed.length > 0)
    await announce(tx, 'month.reminded', { ...numbersOf(month), what, step }, { about: ['roster'] })
}

type Open = Omit<Owed, 'opensAt' | 'dueAt'> & { staffId: NonNullable<Owed['staffId']> }

async function publication(tx: Tx, month: string): Promise<Open[]> {
  const planners = await reminding.listPlanners(tx.db)
  return planners.map((staffId) => ({ ...publicationOf(month), staffId, path: `/roster/plan/${month}` }))
}

async function inputs(tx: Tx, month: string): Promise<Open[]> {
  const silent = await reminding.listSilent(tx.db, month)
  return silent.flatMap(({ departmentId, headId }) =>
    headId ? [{ ...inputOf(month, departmentId), staffId: headId, path: `/roster/needs/${month}` }] : [],
  )
}

/** Published: nobody owes it any more. */
export const settlePublication = (tx: Tx, month: string): Promise<void> => settle(tx, publicationOf(month))

/** The department has said what it needs. */
export const settleInput = (tx: Tx, month: string, departmentId: string): Promise<void> =>
  settle(tx, inputOf(month, departmentId))

const publicationOf = (month: string) => ({ kind: 'roster_publication', subject: `month:${month}` }) as const
const inputOf = (month: string, departmentId: string) =>
  ({ kind: 'roster_input', subject: `month:${month}`, part: departmentId }) as const

/** A month as events say it: numbers, no text. */
export const numbersOf = (month: string): { year: number; month: number } => ({
  year: Number(month.slice(0, 4)),
  month: Number(month.slice(5)),
})
/** …and back. */
export const monthFrom = ({ year, month }: { year: number; month: number }): string =>
  `${year}-${String(month).padStart(2, '0')}`
