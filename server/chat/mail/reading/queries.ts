import { sql } from 'kysely'
import type { Reader, Tx } from '../../../schema.ts'

/** Mine until then, where nobody else's is. */
export async function holdReader(
  tx: Tx,
  { mailbox, holder, until }: { mailbox: string; holder: string; until: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into mailbox_readers as r (mailbox, holder, held_until) values (${mailbox}, ${holder}, ${until})
    on conflict (mailbox) do update set holder = excluded.holder, held_until = excluded.held_until
    where r.holder = excluded.holder or r.held_until <= ${tx.now} returning 1`.execute(tx.db)
  return rows.length === 1
}

export async function releaseReader(tx: Tx, mailbox: string, holder: string): Promise<void> {
  await tx.db
    .updateTable('mailbox_readers')
    .set({ held_until: tx.now })
    .where('mailbox', '=', mailbox)
    .where('holder', '=', holder)
    .execute()
}

/** How it goes with a mailbox. True once where it could not be read since `before`. */
export async function noteReader(tx: Tx, mailbox: string, trouble: string | null, before: Date): Promise<boolean> {
  const { rows } = await sql<{ rings: boolean }>`
    update mailbox_readers as r set trouble = ${trouble},
      read_at = case when ${trouble}::text is null then ${tx.now}::timestamptz else r.read_at end,
      trouble_since = case when ${trouble}::text is not null then coalesce(r.trouble_since, ${tx.now}::timestamptz) end,
      alarmed_at = case
        when ${trouble}::text is null then null
        when r.trouble_since <= ${before} then coalesce(r.alarmed_at, ${tx.now}::timestamptz)
      end
    from (select mailbox, alarmed_at from mailbox_readers) was
    where r.mailbox = ${mailbox} and was.mailbox = r.mailbox
    returning was.alarmed_at is null and r.alarmed_at is not null as rings`.execute(tx.db)
  return rows[0]?.rings ?? false
}

/** How often a process has begun with this letter, with this time. */
export async function beginTrying(tx: Tx, mailbox: string, letter: string): Promise<number> {
  const { rows } = await sql<{ tries: number }>`
    update mailbox_readers set tries = case when trying = ${letter} then tries + 1 else 1 end, trying = ${letter}
    where mailbox = ${mailbox} returning tries`.execute(tx.db)
  return rows[0]?.tries ?? 1
}

export async function endTrying(tx: Tx, mailbox: string): Promise<void> {
  await tx.db.updateTable('mailbox_readers').set({ trying: null, tries: 0 }).where('mailbox', '=', mailbox).execute()
}

export const findReader = (db: Reader, mailbox: string) =>
  db
    .selectFrom('mailbox_readers')
    .select(['read_at as readAt', 'trouble', 'trouble_since as troubleSince'])
    .where('mailbox', '=', mailbox)
    .executeTakeFirst()
