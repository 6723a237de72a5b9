import type { Keeper, Over } from './privacy/keeping.ts'
import { countVisitorsOver, forgetVisitors, listVisitorsOver, shutVisitors } from './privacy/over/queries.ts'

/** Who the customer is, how they are reached, and from which browsers they wrote. */
export const customerKeeper: Keeper = {
  name: 'customer',
  kept: [
    {
      table: 'contact_verifications',
      belongs: { column: 'contact_id', of: 'contacts', belongs: { customer: 'customer_id' } },
      removed: true,
      secret: true,
    },
    { table: 'contacts', belongs: { customer: 'customer_id' }, removed: true },
    { table: 'customers', belongs: { customer: 'id' }, texts: ['name'], stamp: 'erased_at' },
    // That somebody looked is kept; what they wrote of the customer is not.
    { table: 'reveals', belongs: { customer: 'customer_id' }, texts: ['words'] },
    { table: 'customer_exports', belongs: { customer: 'customer_id' }, texts: ['words'] },
    { table: 'erasures', belongs: { customer: 'customer_id' }, withheld: ['counts'] },
  ],
}

/** The row of a browser stays, because conversations name it; its token opens nothing any more. */
export const visitorKeeper: Keeper = {
  name: 'visitors',
  kept: [
    {
      table: 'visitors',
      belongs: { customer: 'customer_id' },
      cleared: ['terms_version', 'terms_accepted_at', 'range_hash', 'range_at', 'urgent_at'],
      withheld: ['token_hash', 'range_hash'],
    },
  ],
  also: (tx, { customerId, whole }) => (whole ? shutVisitors(tx, customerId) : Promise.resolve()),
}

/** What a browser said of an article. */
export const voteKeeper: Keeper = {
  name: 'votes',
  kept: [
    {
      table: 'article_votes',
      belongs: { column: 'visitor_id', of: 'visitors', belongs: { customer: 'customer_id' } },
      texts: ['word'],
    },
  ],
}

/** Browsers that nobody has opened for long. */
export const visitorsOver: Over = {
  name: 'visitors',
  days: 'retentionVisitorDays',
  count: countVisitorsOver,
  list: listVisitorsOver,
  end: async (tx, ids, before) => ({ ended: await forgetVisitors(tx, ids, before), files: [] }),
}
