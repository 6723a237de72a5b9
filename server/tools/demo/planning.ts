import type { StaffId } from '../../kernel/ids.ts'
import { addDays, localOf } from '../../kernel/time.ts'
import { datesOf, neighbour } from '../../roster/month.ts'
import type { Tx } from '../../schema.ts'

type Person = { readonly id: StaffId; readonly number: string; readonly department: string }

/**
 * What HR knows of the demo's people for its plans: everybody's training is valid for the year, some are on leave next
 * month, many have wishes, and two departments have said what they need.
 */
export async function tellPlanning(tx: Tx, zone: string): Promise<void> {
  const people = await onPosts(tx)
  const hr = await tx.db.selectFrom('staff').select('id').where('number', '=', 'hr0101').executeTakeFirst()
  if (!hr) return
  const by = hr.id as StaffId
  const { date } = localOf(tx.now, zone)
  await tx.db
    .insertInto('staff_planning')
    .values(
      people.map(({ id }, n) => ({
        staff_id: id,
        birth_date: addDays(date, -(21 + ((n * 11) % 34)) * 365 - n * 13),
        sex: n % 5 < 2 ? ('female' as const) : ('male' as const),
        trained_until: addDays(date, 400 + ((n * 37) % 300)),
        most_nights: n % 13 === 4 ? 8 : null,
        changed_by: by,
        changed_at: tx.now,
      })),
    )
    .execute()
  const next = neighbour(date.slice(0, 7), 1)
  await tellLeave(tx, people, { next, by })
  await tellWishes(tx, people, [date.slice(0, 7), next])
  await tellNeeds(tx, { next, by })
}

async function onPosts(tx: Tx): Promise<Person[]> {
  const rows = await tx.db
    .selectFrom('staff as p')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .select(['p.id', 'p.number', 'p.posts', 'd.code'])
    .where('p.active', '=', true)
    .orderBy('p.number')
    .execute()
  return rows
    .filter(({ posts }) => posts.length > 0)
    .map(({ id, number, code }) => ({ id: id as StaffId, number, department: code ?? '' }))
}

/** Four are away for some days of next month. */
const tellLeave = (tx: Tx, people: readonly Person[], { next, by }: { next: string; by: StaffId }) =>
  tx.db
    .insertInto('staff_leaves')
    .values(
      people
        .filter((_, n) => n % 9 === 5)
        .slice(0, 4)
        .map(({ id }, n) => ({
          staff_id: id,
          first_day: `${next}-${String(3 + 6 * n).padStart(2, '0')}`,
          last_day: `${next}-${String(7 + 6 * n).padStart(2, '0')}`,
          made_by: by,
          made_at: tx.now,
        })),
    )
    .execute()

/** Half of them would rather not stand on some night, a few would like to. */
async function tellWishes(tx: Tx, people: readonly Person[], months: readonly string[]): Promise<void> {
  const wishes = months.flatMap((month) => {
    const nights = datesOf(month)
    return people.flatMap(({ id }, n) => {
      const night = nights[(n * 7 + 3) % nights.length]
      if (n % 2 === 1 || !night) return []
      return [{ staff_id: id, night, wish: n % 6 === 0 ? ('want' as const) : ('avoid' as const), made_at: tx.now }]
    })
  })
  await tx.db.insertInto('roster_wishes').values(wishes).execute()
}

/** One night needs fewer, and why; customer service and operations have said what they need, security not yet. */
async function tellNeeds(tx: Tx, { next, by }: { next: string; by: StaffId }): Promise<void> {
  await tx.db
    .insertInto('roster_needs')
    .values({
      night: `${next}-15`,
      post: 'service',
      heads: 3,
      gap_reason: '当夜系统割接，来电转自动应答 / A cutover that night; calls go to the machine',
      changed_by: by,
      changed_at: tx.now,
    })
    .execute()
  const departments = await tx.db.selectFrom('departments').select(['id', 'code', 'head_id']).execute()
  for (const [code, note] of INPUTS) {
    const department = departments.find((one) => one.code === code)
    if (!department?.head_id) continue
    await tx.db
      .insertInto('roster_inputs')
      .values({ month: next, department_id: department.id, note, given_by: department.head_id, given_at: tx.now })
      .execute()
  }
}
const INPUTS = [
  ['service', '月中有活动，15 日前后请排满；新人何雨桐先跟班 / A campaign mid-month: full crews around the 15th'],
  ['technology', '割接在 15 日夜里，请留两名熟手 / The cutover is in the night of the 15th: two experienced people'],
] as const
