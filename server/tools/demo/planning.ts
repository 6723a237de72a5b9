import { addDays, localOf } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'

/** What HR knows of the demo's people for the plan: everybody's training is valid for the year, and two are on leave. */
export async function tellPlanning(tx: Tx, zone: string): Promise<void> {
  const people = await tx.db
    .selectFrom('staff')
    .select(['id', 'number', 'posts'])
    .where('active', '=', true)
    .orderBy('number')
    .execute()
  const hr = people.find(({ number }) => number === 'hr0101')
  if (!hr) return
  const { date } = localOf(tx.now, zone)
  const onPosts = people.filter(({ posts }) => posts.length > 0)
  await tx.db
    .insertInto('staff_planning')
    .values(
      onPosts.map(({ id }, n) => ({
        staff_id: id,
        trained_until: addDays(date, 400 + ((n * 37) % 300)),
        changed_by: hr.id,
        changed_at: tx.now,
      })),
    )
    .execute()
  // Later than the demo's own roster reaches, so that nobody who stands on a shift is away.
  const away = onPosts.filter((_, n) => n % 11 === 5).slice(0, 2)
  for (const [n, { id }] of away.entries())
    await tx.db
      .insertInto('staff_leaves')
      .values({
        staff_id: id,
        first_day: addDays(date, 20 + n * 6),
        last_day: addDays(date, 23 + n * 6),
        made_by: hr.id,
        made_at: tx.now,
      })
      .execute()
}
