import type { CustomerId } from '../../../kernel/ids.ts'
import { refusal } from '../../../kernel/refusal.ts'
import type { Reader } from '../../../schema.ts'
import type { Keeper } from '../../privacy/keeping.ts'

/** Who protects colleagues is not handed to whoever went at them; their own words and what they were told is. */
const DECIDERS = ['proposed_by', 'confirmed_by', 'answered_by'] as const
const CASE = { column: 'case_id', of: 'abuse_cases', belongs: { customer: 'customer_id' } } as const

/** What was said in cases of abuse: the customer's appeal and its answer, and what colleagues wrote of it. The measures stay. */
export const abuseKeeper: Keeper = {
  name: 'abuse',
  kept: [
    // What happened in a conversation goes with it; that there was a case, and how it ended, with the customer.
    { table: 'abuse_flags', belongs: { ticket: ['ticket_id'] }, texts: ['note'], withheld: ['note', 'flagged_by'] },
    { table: 'abuse_steps', belongs: CASE, texts: ['why'], withheld: ['why', 'staff_id'] },
    {
      table: 'abuse_cases',
      belongs: { customer: 'customer_id' },
      texts: ['appeal', 'answer'],
      cleared: ['range_hash'],
      withheld: ['version', 'range_hash', ...DECIDERS],
    },
  ],
  blocks: async (db, { customerId, whole }) => {
    const number = whole ? await openCaseNumber(db, customerId) : undefined
    return number ? refusal('privacy.case_open', { number }) : null
  },
}

async function openCaseNumber(db: Reader, customerId: CustomerId): Promise<string | undefined> {
  const row = await db
    .selectFrom('abuse_cases')
    .select('number')
    .where('customer_id', '=', customerId)
    .where('state', '<>', 'lifted')
    .orderBy('id')
    .executeTakeFirst()
  return row?.number
}
