import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import { announce, announceAll } from '../../platform/transaction.ts'
import type { Reader, Transact, Tx } from '../../schema.ts'
import { addedTo } from '../counted/queries.ts'
import { count } from '../counting/rules.ts'
import type { Asked, Evidence, Gathered } from '../evidence/contract.ts'
import { type Fact, singly } from '../evidence/rules.ts'
import { reviewDueFrom } from '../hands/actions.ts'
import { normOf, type Rates, ratesOf } from '../months/norms/rules.ts'
import { enrol, getMonth, lockMonth, type MonthRow, normBefore, setMonth } from '../months/queries.ts'
import { dueOf, firstOfNext, nightsOf, stageAfter } from '../months/rules.ts'
import { listAppraisals } from '../queries.ts'
import { ratersOf } from '../scoring/quality/rules.ts'
import * as freezing from './queries.ts'

type House = { readonly db: Reader; readonly transact: Transact }

/** REGULATION 3: what posts and strata do on the whole is that of the trailing 90 days. */
const TRAILING_DAYS = 90
/** People a transaction: the count gives way to everybody, and holds few rows while it does. */
const AT_ONCE = 20

type Source = { readonly evidence: Evidence; readonly gathered: Gathered }

/**
 * Counts whatever of a month waits for it: everybody in a pass, or those who were opened again. A few people a transaction,
 * each once: a crash in the middle goes on with the next, and two workers share the people between them.
 */
export async function countMonth(house: House, id: AppraisalMonthId, all: readonly Evidence[]): Promise<void> {
  const month = await getMonth(house.db, id)
  const asked = askedOf(month)
  const sources = await gather(house.db, asked, all)
  const whole = month.state === 'opening' || month.state === 'refreezing'
  if (whole) await house.transact(system, (tx) => frame(tx, id, sources))
  while ((await house.transact(system, (tx) => countSome(tx, id, sources, whole))) > 0) await breath()
  if (whole) await house.transact(system, (tx) => finishPass(tx, id))
}

const askedOf = ({ month, from, to, zone }: MonthRow): Asked => ({
  month,
  next: firstOfNext(month),
  from,
  to,
  nights: nightsOf(month, zone),
  since: plus(to, -TRAILING_DAYS * DAY),
  zone,
})

async function gather(db: Reader, asked: Asked, all: readonly Evidence[]): Promise<Source[]> {
  const sources: Source[] = []
  for (const evidence of all) sources.push({ evidence, gathered: await evidence.gather(db, asked) })
  return sources
}

/** Once a pass: who belongs to the month, and what everybody is measured by. */
async function frame(tx: Tx, id: AppraisalMonthId, sources: readonly Source[]): Promise<void> {
  const month = await lockMonth(tx, id)
  if (month.normsPass >= month.pass) return
  await enrol(tx, id, month.month)
  const ratings = sources.flatMap(({ gathered }) => (gathered.ratings ? [gathered.ratings] : []))[0]
  const norm = normOf(month.month, ratings ?? { mean: null, groups: [] }, await normBefore(tx.db, month.month))
  await setMonth(tx, id, {
    norms_pass: month.pass,
    norm: JSON.stringify(norm),
    raters: JSON.stringify(ratersOf(await freezing.notesIn(tx.db, month.month))),
    rates: JSON.stringify(ratesIn(sources)),
  })
}

/** Of everything that is recorded, what each post reaches; what is not in it nobody recorded when this month was counted. */
const ratesIn = (sources: readonly Source[]): Rates =>
  Object.fromEntries(
    sources.flatMap(({ evidence: { item, parts = [] }, gathered }) => [
      [item, ratesOf(gathered.rates ?? {})] as const,
      ...parts.map((part) => [`${item}.${part}`, {}] as const),
    ]),
  )

/** How many were counted. */
async function countSome(tx: Tx, id: AppraisalMonthId, sources: readonly Source[], whole: boolean): Promise<number> {
  const month = await getMonth(tx.db, id)
  const ids = await freezing.lockSome(tx, id, { pass: month.pass, late: !whole, limit: AT_ONCE })
  if (ids.length === 0) return 0
  const people = new Map<StaffId, { id: AppraisalId; revision: number; facts: Map<string, Fact[]> }>()
  const found = await listAppraisals(tx.db, ids)
  for (const one of found) people.set(one.staffId, { id: one.id, revision: one.revision, facts: new Map() })
  const inputs: freezing.NewInput[] = []
  const staff = [...people.keys()]
  const read = sources.map(async ({ evidence, gathered }) => ({
    evidence,
    of: await gathered.factsOf(tx.db, staff, month.norm),
  }))
  for (const { evidence, of } of await Promise.all(read))
    for (const [staffId, facts] of of) {
      const person = people.get(staffId)
      if (!person || facts.length === 0) continue
      person.facts.set(evidence.item, singly(facts))
      const { item, subject } = evidence
      inputs.push({ appraisalId: person.id, revision: person.revision, item, subject, facts })
    }
  await freezing.storeInputs(tx, inputs, ids)
  const added = await addedTo(tx.db, ids)
  await freezing.setCounted(
    tx,
    found.map((one) => {
      const result = count(people.get(one.staffId)?.facts ?? new Map(), month, one, added(one))
      return { id: one.id, pass: month.pass, result, score: result.score, grade: result.grade }
    }),
    found[0] ? await reviewDueFrom(tx, found[0]) : null,
  )
  await announceAll(
    tx,
    found.map(({ id: appraisalId, staffId, revision }) => ({
      name: 'appraisal.frozen' as const,
      payload: { appraisalId, staffId, revision, pass: month.pass },
      about: [`own:${staffId}`],
    })),
  )
  return ids.length
}

/** Everybody is counted: the month goes on. */
async function finishPass(tx: Tx, id: AppraisalMonthId): Promise<void> {
  const month = await lockMonth(tx, id)
  if (month.state !== 'opening' && month.state !== 'refreezing') return
  if (await freezing.isAnyLeft(tx.db, id, month.pass)) return
  const state = stageAfter(month.state)
  if (!state) return
  await setMonth(tx, id, { state, due_at: dueOf(month.plan, state), frozen_at: tx.now })
  const people = await freezing.countPeople(tx.db, id)
  await announce(tx, 'appraisal.stage_began', { monthId: id, stage: state, people }, { about: ['appraisal', 'months'] })
}

/** What else waits for this process goes first. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
