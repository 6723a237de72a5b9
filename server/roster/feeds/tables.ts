export type FeedTables = { roster_feeds: { staff_id: string; token_hash: Buffer; made_at: Date } }
