import { sql } from 'kysely'
import { recount } from '../../appraisal/counted/actions.ts'
import { commentOn, decide, objectTo, reviewAppraisal, signAppraisal } from '../../appraisal/deciding/actions.ts'
import { mustBeSigned } from '../../appraisal/deciding/rules.ts'
import type { Evidence } from '../../appraisal/evidence/contract.ts'
import { countMonth } from '../../appraisal/freezing/actions.ts'
import { type Candidate, candidatesFor } from '../../appraisal/hands/queries.ts'
import { openMonth, passStage } from '../../appraisal/months/actions.ts'
import { findMonth, type MonthRow } from '../../appraisal/months/queries.ts'
import { firstOfLast, opensAt, type Plan } from '../../appraisal/months/rules.ts'
import { partsIn } from '../../appraisal/people/queries.ts'
import { type AppraisalRow, listOfMonth } from '../../appraisal/queries.ts'
import type { StandingRole } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { HOUR, localOf, plus } from '../../kernel/time.ts'
import { endOfWorkday } from '../../kernel/workdays.ts'
import { system } from '../../platform/actor.ts'
import type { Transact, Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import { at, type Demo } from './acting.ts'
import { tellMeasures, tellPapers, tellPraise } from './papers.ts'

/** Two programs on one database: the second leaves it to the first. */
const LOCK = 4_201_112

/**
 * Two months of appraisal behind the demo company: one published, with what people moved, signed and objected to; one in
 * work, which everybody may still comment on. By the house's own acts, at the instants at which they would have been done;
 * in one transaction, so that no deadline is heard of before all of it is there. Once, and only where nothing was appraised.
 */
export const tellAppraisals = (
  { transact, config: { timeZone: zone } }: Pick<Deps, 'transact' | 'config'>,
  evidence: readonly Evidence[],
): Promise<void> =>
  transact(system, async (tx) => {
    const { rows } = await sql<{ wanted: boolean }>`
      select pg_try_advisory_xact_lock(${LOCK}) and exists (select from tickets where number = 'NT-20001') and not exists (select from appraisal_months) as wanted`.execute(
      tx.db,
    )
    if (!rows[0]?.wanted) return
    const people = await peopleOf(tx)
    const demo: Demo = { tx, zone, evidence, people }
    const last = lastOver(tx.now, zone)
    await tellPublished(demo, firstOfLast(last))
    await tellInWork(demo, last)
    await tellPraise(demo)
    await tellPapers(demo)
  })

async function peopleOf(tx: Tx): Promise<Demo['people']> {
  const rows = await tx.db.selectFrom('staff').select(['id', 'number', 'standing_roles']).execute()
  return new Map(rows.map((row) => [row.number, { id: row.id as StaffId, roles: row.standing_roles }]))
}

/** The last month that is over: until noon of the 1st that is the one before. */
function lastOver(now: Date, zone: string): string {
  const last = firstOfLast(localOf(now, zone).date)
  return opensAt(last, zone) <= now ? last : firstOfLast(last)
}

async function begin(demo: Demo, month: string): Promise<MonthRow> {
  await at(demo, { now: opensAt(month, demo.zone) }, (tx) => openMonth(tx, month, demo.zone))
  await countAt(demo, month, opensAt(month, demo.zone))
  return monthOf(demo, month)
}

async function monthOf({ tx }: Demo, month: string): Promise<MonthRow> {
  const found = await findMonth(tx.db, month)
  if (!found) throw new Error(`the demo has no ${month}`)
  return found
}

async function countAt({ tx, evidence }: Demo, month: string, now: Date): Promise<void> {
  const found = await findMonth(tx.db, month)
  const transact: Transact = (actor, act) => act({ ...tx, actor, now })
  if (found) await countMonth({ db: tx.db, transact }, found.id, evidence)
}

/** The stage that the month is in ends, at its own time unless another is said. */
async function pass(demo: Demo, month: string, now?: Date): Promise<MonthRow> {
  const { id, dueAt } = await monthOf(demo, month)
  const then = now ?? dueAt ?? demo.tx.now
  await at(demo, { now: then }, (tx) => passStage(tx, id))
  if ((await monthOf(demo, month)).state === 'refreezing') await countAt(demo, month, then)
  return monthOf(demo, month)
}

const of = (rows: readonly AppraisalRow[], { people }: Demo, number: string): AppraisalRow | undefined =>
  rows.find(({ staffId }) => staffId === people.get(number)?.id)

async function tellPublished(demo: Demo, month: string): Promise<void> {
  const { plan } = await begin(demo, month)
  const before = (end: string): Date => plus(new Date(end), -3 * HOUR)
  await pass(demo, month)
  await comment(demo, month, before(plan.comments), [
    ['cs0302', '17 日的两单是等机房回话，已附记录'],
    ['it0203', '12 日代班，请按实际到岗计'],
  ])
  await pass(demo, month)
  await tellScores(demo, month, before(plan.managers))
  await pass(demo, month)
  await tellReviews(demo, month, before(plan.review))
  await pass(demo, month)
  for (const one of await listOfMonth(demo.tx.db, (await monthOf(demo, month)).id))
    if (one.state === 'hr_reviewed' && mustBeSigned(one.grade))
      await at(demo, { by: await handOf(demo, one, 'ld0001', signs(one)), now: before(plan.signing) }, (tx) =>
        signAppraisal(tx, one.id),
      )
  await pass(demo, month)
  await tellAnswers(demo, month, plan)
  await tellMeasures(demo, month)
}

async function comment(demo: Demo, month: string, now: Date, words: readonly (readonly [string, string])[]) {
  const rows = await listOfMonth(demo.tx.db, (await monthOf(demo, month)).id)
  for (const [by, said] of words) {
    const one = of(rows, demo, by)
    if (one) await at(demo, { by, now }, (tx) => commentOn(tx, one.id, said))
  }
}

/** Duty managers, each for those they led: most leave it as the facts say, two have a habit. */
async function tellScores(demo: Demo, month: string, now: Date): Promise<void> {
  const { tx } = demo
  const { id } = await monthOf(demo, month)
  await sql`
    update appraisal_scores s set scored_at = ${now}, scored_by = coalesce(s.manager_id, (select id from staff where number = 'ld0002')),
      moved = case when s.manager_id is null or s.id % 3 = 1 then '{}'::jsonb else jsonb_build_object('quality', jsonb_build_object(
        'by', case m.number when 'gd0408' then 4 + s.id % 3 when 'it0211' then -1 - s.id % 3 else 2 - s.id % 5 end,
        'why', case when m.number = 'it0211' or s.id % 5 > 2 then '交接时有两次没有写明遗留事项' else '断网那晚主动支援，带着新人一起处理' end, 'link', '/roster')) end
    from appraisals a, appraisal_scores o left join staff m on m.id = o.manager_id
    where a.month_id = ${id} and s.appraisal_id = a.id and o.id = s.id`.execute(tx.db)
  await sql`update appraisal_scores set moved = '{}' where (moved->'quality'->>'by')::numeric = 0`.execute(tx.db)
  await sql`update appraisals set state = 'manager_scored' where month_id = ${id}`.execute(tx.db)
  for (const one of await listOfMonth(tx.db, id)) await recount({ ...tx, now }, one.id)
}

/** Somebody of personnel or of the group who may, this one where they may: at night colleagues of both lead shifts too. */
async function handOf(
  { tx, people }: Demo,
  { id }: AppraisalRow,
  wish: string,
  may: (one: Candidate) => boolean,
): Promise<string> {
  // The demo's acts are done with the rights of roles; heads who are of the group by their term alone leave them to the others.
  const holders = new Set([...people.values()].flatMap((one) => (one.roles.some(isHand) ? [one.id] : [])))
  const all = (await candidatesFor(tx.db, id, tx.now)).filter((one) => holders.has(one.id))
  const able = new Set((all.some(may) ? all.filter(may) : all.filter(({ scored }) => !scored)).map((one) => one.id))
  const numbers = [...people].flatMap(([number, one]) => (able.has(one.id) ? [number] : []))
  return numbers.includes(wish) ? wish : (numbers[0] ?? wish)
}

const isHand = (role: StandingRole): boolean => role === 'hr' || role === 'leadership'

const signs =
  ({ reviewedBy }: AppraisalRow) =>
  ({ id, led, signs: group }: Candidate): boolean =>
    group && !led && id !== reviewedBy

async function tellReviews(demo: Demo, month: string, now: Date): Promise<void> {
  const { tx, people } = demo
  for (const one of await listOfMonth(tx.db, (await monthOf(demo, month)).id)) {
    const by = await handOf(demo, one, 'hr0102', ({ reviews, scored }) => reviews && !scored)
    const noted = one.staffId === people.get('cs0305')?.id
    const review = noted ? { points: 2, why: '连续三次主动顶班，抽查记录完整' } : { points: 0, why: '' }
    await at(demo, { by, now }, (acting) => reviewAppraisal(acting, one.id, review))
  }
}

/** Most have acknowledged it; one objection was granted, one waits for somebody who has had no part. */
async function tellAnswers(demo: Demo, month: string, { signing }: Plan): Promise<void> {
  const { tx } = demo
  const { id } = await monthOf(demo, month)
  const soon = plus(new Date(signing), 20 * HOUR)
  const rows = await listOfMonth(tx.db, id)
  const [granted, open] = [of(rows, demo, 'it0205'), of(rows, demo, 'cs0308')]
  if (granted?.state === 'published') {
    await at(demo, { by: 'it0205', now: soon }, (acting) => objectTo(acting, granted.id, '9 日的巡检被记到了别人名下'))
    const decision = { outcome: 'amended' as const, points: 1.5, why: '值班日志证实是本人完成' }
    const parts = await partsIn(tx.db, granted.id)
    const by = await handOf(demo, granted, 'hr0101', (one) => !parts.includes(one.id))
    await at(demo, { by, now: plus(soon, 5 * HOUR) }, (acting) => decide(acting, granted.id, decision))
  }
  if (open?.state === 'published')
    await at(demo, { by: 'cs0308', now: soon }, (acting) =>
      objectTo(acting, open.id, '两位客户评的是价格，不是我的服务'),
    )
  await sql`
    update appraisals set state = 'acknowledged', answered_at = ${soon} where month_id = ${id} and state = 'published' and id % 7 <> 3`.execute(
    tx.db,
  )
}

/** The last month: at the stage at which everybody may say what they think of it. */
async function tellInWork(demo: Demo, month: string): Promise<void> {
  const { tx, zone } = demo
  const { id, plan } = await begin(demo, month)
  if (new Date(plan.contests) > tx.now) return
  const { date } = localOf(tx.now, zone)
  if (new Date(plan.comments) <= tx.now) {
    // However far the present month is, a newcomer finds one whose days to comment are not over.
    const end = (workdays: number): string => endOfWorkday(date, workdays, zone).toISOString()
    const later: Plan = { contests: plan.contests, comments: end(2), managers: end(5), review: end(7), signing: end(8) }
    await sql`update appraisal_months set plan = ${JSON.stringify(later)}::jsonb where id = ${id}`.execute(tx.db)
  }
  await pass(demo, month, tx.now)
  await comment(demo, month, tx.now, [
    ['cs0304', '月初两晚系统割接，响应慢不是人的原因'],
    ['gd0405', '月中那次迟到是暴雨停运，已补交证明'],
  ])
}
