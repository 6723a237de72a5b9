import type { Keeper } from '../customers/privacy/keeping.ts'

/** What departments were asked about a customer; also what was moved to another conversation and back. */
const OF_TICKET = { ticket: ['ticket_id', 'origin_ticket_id'] } as const
const OF_REQUEST = { column: 'escalation_id', of: 'escalations', belongs: OF_TICKET } as const

export const escalationKeeper: Keeper = {
  name: 'escalations',
  kept: [
    // First what is found through the request.
    { table: 'escalation_notes', belongs: OF_REQUEST, texts: ['body'], withheld: ['client_id'] },
    { table: 'escalation_links', belongs: OF_REQUEST, removed: true, secret: true },
    {
      table: 'escalations',
      belongs: OF_TICKET,
      texts: ['need', 'tried', 'contact', 'result', 'for_customer', 'return_words'],
      withheld: ['version', 'letters'],
    },
  ],
}
