import { sql } from 'kysely'
import type { Keeper, Over, Scope } from '../../../customers/privacy/keeping.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { leaveFiles } from '../queries.ts'

/**
 * Of a letter that was taken its address stays; its words stand in the conversation. What was refused belongs to nobody
 * yet, so it is found by the address.
 */
export const incomingKeeper: Keeper = {
  name: 'incoming',
  kept: [
    {
      table: 'incoming_mails',
      belongs: { ticket: ['ticket_id'] },
      cleared: ['sender', 'subject', 'message_id', 'headers', 'raw'],
      withheld: ['message_key', 'message_id', 'mailbox', 'uid', 'uid_validity', 'raw'],
    },
  ],
  also: (tx, scope) => (scope.whole ? forgetRefused(tx, scope) : Promise.resolve()),
}

async function forgetRefused(tx: Tx, { customerId }: Scope): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select m.id from incoming_mails m join contacts x on x.kind = 'email' and x.value = m.sender
    where x.customer_id = ${customerId} and m.ticket_id is null`.execute(tx.db)
  await forget(
    tx,
    rows.map(({ id }) => id),
  )
}

/** The row stays, so that the same letter is not taken as a new one; nothing that was in it does. */
async function forget(tx: Tx, ids: readonly string[]): Promise<number> {
  await leaveFiles(tx, ids)
  const { numAffectedRows } = await sql`
    update incoming_mails set sender = null, subject = null, headers = null, raw = null
    where id = any(${[...ids]}::bigint[]) and (sender is not null or raw is not null)`.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

const OLD = (before: Date) => sql`m.ticket_id is null and m.settled_at < ${before}
  and (m.sender is not null or m.raw is not null)`

/** What nobody has taken for long. */
export const incomingOver: Over = {
  name: 'incoming',
  days: 'retentionLetterDays',
  count: async (db: Reader, before) => {
    const { rows } = await sql<{
      count: string
    }>`select count(*) as count from incoming_mails m where ${OLD(before)}`.execute(db)
    return Number(rows[0]?.count ?? 0)
  },
  list: async (db: Reader, before, limit) => {
    const { rows } = await sql<{ id: string }>`
      select m.id from incoming_mails m where ${OLD(before)} order by m.id limit ${limit}`.execute(db)
    return rows.map(({ id }) => id)
  },
  end: async (tx, ids) => ({ ended: await forget(tx, ids), files: [] }),
}
