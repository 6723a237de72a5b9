import { sql } from 'kysely'
import type { Reader } from '../../../schema.ts'
import { firstOfNext } from '../rules.ts'

/** Months that have been opened, and the first night that anybody ever had. */
export async function openedMonths(db: Reader): Promise<{ opened: Set<string>; firstNight: string | null }> {
  const [months, first] = await Promise.all([
    db.selectFrom('appraisal_months').select(sql<string>`to_char(month, 'YYYY-MM-DD')`.as('month')).execute(),
    db
      .selectFrom('shifts')
      .select(({ fn }) => fn.min('night').as('night'))
      .executeTakeFirst(),
  ])
  return { opened: new Set(months.map(({ month }) => month)), firstNight: first?.night ?? null }
}

export const hasShiftsIn = async (db: Reader, month: string): Promise<boolean> =>
  (await db
    .selectFrom('shifts')
    .select('id')
    .where('night', '>=', month)
    .where('night', '<', firstOfNext(month))
    .limit(1)
    .executeTakeFirst()) !== undefined

export type DueMonth = { readonly id: string; readonly version: number; readonly at?: Date }

export const listDueMonths = async (db: Reader, now: Date, limit: number): Promise<DueMonth[]> =>
  (
    await db
      .selectFrom('appraisal_months')
      .select(['id', 'version', 'due_at'])
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(limit)
      .execute()
  ).map(({ id, version, due_at: dueAt }) => ({ id, version, at: dueAt ?? now }))

/** Months with figures to count: as a whole, or somebody's that was opened again or had something added. */
export async function listToCount(db: Reader, _now: Date, limit: number): Promise<DueMonth[]> {
  const { rows: found } = await sql<DueMonth>`
    select m.id, m.version + coalesce(sum(a.version), 0)::integer as version from appraisal_months m
    left join appraisals a on a.month_id = m.id and a.pass = 0
    where m.state in ('opening', 'refreezing') or a.id is not null
    group by m.id order by m.id limit ${limit}`.execute(db)
  return found
}
