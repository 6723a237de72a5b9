import { sql } from 'kysely'
import type { Keeper, Over, Scope } from '../../../customers/privacy/keeping.ts'
import { ERASED } from '../../../kernel/erased.ts'
import type { Reader, Tx } from '../../../schema.ts'

/** Letters to colleagues quote the customer; what has not left by then stays here without its words. */
export const letterKeeper: Keeper = {
  name: 'letters',
  kept: [
    {
      table: 'outgoing_mails',
      belongs: { ticket: ['ticket_id'] },
      texts: ['subject', 'text', 'html'],
      cleared: ['link'],
      withheld: ['link', 'attempts', 'error', 'due_at'],
    },
  ],
  also: keepBack,
}

async function keepBack(tx: Tx, { customerId, ticketIds: ids, whole }: Scope): Promise<void> {
  await sql`
    update outgoing_mails set recipient = null, link = null where about = ${`customer:${customerId}`}
      and (${whole} or ticket_id = any(${[...ids]}::bigint[]))`.execute(tx.db)
  await sql`
    update customer_letters set state = 'dropped', due_at = null, settled_at = ${tx.now}
    where ticket_id = any(${[...ids]}::bigint[]) and due_at is not null`.execute(tx.db)
  await sql`
    update outgoing_mails set state = 'kept', due_at = null
    where ticket_id = any(${[...ids]}::bigint[]) and state in ('pending', 'sending')`.execute(tx.db)
}

/** Also of letters about no one conversation: the morning of a department quotes many. */
const OLD = (before: Date) => sql`m.made_at < ${before} and m.text <> ${ERASED}
  and m.state not in ('pending', 'sending')`

async function countOver(db: Reader, before: Date): Promise<number> {
  const { rows } = await sql<{
    count: string
  }>`select count(*) as count from outgoing_mails m where ${OLD(before)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function listOver(db: Reader, before: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select m.id from outgoing_mails m where ${OLD(before)} order by m.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

async function forgetOver(tx: Tx, ids: readonly string[], before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update outgoing_mails m set subject = case when m.subject = '' then '' else ${ERASED} end, text = ${ERASED}, html = null, link = null, file_text = null,
      recipient = case when m.about like 'customer:%' then null else m.recipient end
    where m.id = any(${[...ids]}::bigint[]) and ${OLD(before)}`.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

export const lettersOver: Over = {
  name: 'letters',
  days: 'retentionLetterDays',
  count: countOver,
  list: listOver,
  end: async (tx, ids, before) => ({ ended: await forgetOver(tx, ids, before), files: [] }),
}
