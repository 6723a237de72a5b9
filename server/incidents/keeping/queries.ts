import { sql } from 'kysely'
import type { Keeper } from '../../customers/privacy/keeping.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { refusal } from '../../kernel/refusal.ts'
import type { Reader } from '../../schema.ts'

/** What was done about a complaint, and what the customer was told. */
export const incidentKeeper: Keeper = {
  name: 'incidents',
  kept: [
    {
      table: 'incidents',
      belongs: { ticket: ['ticket_id'] },
      texts: ['measures', 'for_customer'],
      withheld: ['version'],
    },
  ],
  blocks: async (db, { ticketIds }) => {
    const number = await openAbout(db, ticketIds)
    return number ? refusal('privacy.incident_open', { number }) : null
  },
}

async function openAbout(db: Reader, ids: readonly TicketId[]): Promise<string | undefined> {
  const { rows } = await sql<{ number: string }>`
    select number from incidents where ticket_id = any(${[...ids]}::bigint[]) and state <> 'closed' order by id limit 1`.execute(
    db,
  )
  return rows[0]?.number
}
