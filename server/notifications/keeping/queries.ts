import { type RawBuilder, sql } from 'kysely'
import type { Over } from '../../customers/privacy/keeping.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Long over, with nothing of it still on its way and nobody to be told again. */
const OLD_NOTICES = (before: Date) => sql`notices n where n.last_at < ${before}
  and not exists (select from deliveries d where d.notice_id = n.id and d.state in ('pending', 'sending'))
  and not exists (select from notice_people p where p.notice_id = n.id and (p.next_at is not null or p.up_at is not null))`

/** With who was told by what, and who read it. Letters about them stay, without their words, for as long as letters do. */
async function endNotices(tx: Tx, ids: readonly string[], before: Date): Promise<number> {
  // A digest of an absence waits for the last of what it stands for.
  const { rows } = await sql<{ id: string }>`
    select n.id from ${OLD_NOTICES(before)} and n.id = any(${[...ids]}::bigint[])
      and not exists (select from notice_people p where p.covered_by = n.id and p.notice_id <> all(${[...ids]}::bigint[]))
    order by n.id for update`.execute(tx.db)
  const gone = sql`any(${rows.map(({ id }) => id)}::bigint[])`
  await sql`delete from deliveries where notice_id = ${gone}`.execute(tx.db)
  await sql`update notice_people set covered_by = null where covered_by = ${gone}`.execute(tx.db)
  await sql`delete from notice_people where notice_id = ${gone}`.execute(tx.db)
  await sql`delete from notices where id = ${gone}`.execute(tx.db)
  return rows.length
}

/** Read or not: what was promised by then was kept or broken long ago. */
const OLD_REMINDERS = (before: Date) => sql`reminders r where r.made_at < ${before} and r.mail <> 'due'`

async function endReminders(tx: Tx, ids: readonly string[], before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from ${OLD_REMINDERS(before)} and r.id = any(${[...ids]}::bigint[])`.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

async function count(db: Reader, old: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) as count from ${old}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function list(db: Reader, old: RawBuilder<unknown>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from ${old} order by id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

export const noticesOver: Over = {
  name: 'notices',
  days: 'retentionNoticeDays',
  count: (db, before) => count(db, OLD_NOTICES(before)),
  list: (db, before, limit) => list(db, OLD_NOTICES(before), limit),
  end: async (tx, ids, before) => ({ ended: await endNotices(tx, ids, before), files: [] }),
}

export const remindersOver: Over = {
  name: 'reminders',
  days: 'retentionNoticeDays',
  count: (db, before) => count(db, OLD_REMINDERS(before)),
  list: (db, before, limit) => list(db, OLD_REMINDERS(before), limit),
  end: async (tx, ids, before) => ({ ended: await endReminders(tx, ids, before), files: [] }),
}
