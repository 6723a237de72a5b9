import type { Keeper, Over } from '../../customers/privacy/keeping.ts'
import { refusal } from '../../kernel/refusal.ts'
import * as keeping from './queries.ts'

/** What was asked, how it was solved: number, states and times stay, so that figures still count it. */
export const ticketKeeper: Keeper = {
  name: 'tickets',
  kept: [
    {
      table: 'tickets',
      belongs: { ticket: ['id'] },
      texts: ['subject', 'need', 'result'],
      cleared: ['came_from'],
      stamp: 'erased_at',
      withheld: ['epoch', 'version', 'head'],
    },
  ],
  blocks: async (db, { ticketIds }) => {
    const number = await keeping.heldAmong(db, ticketIds)
    return number ? refusal('privacy.held', { number }) : null
  },
}

export const messageKeeper: Keeper = {
  name: 'messages',
  kept: [
    {
      table: 'messages',
      belongs: { ticket: ['ticket_id'] },
      texts: ['body'],
      file: { column: 'details', name: 'body' },
      withheld: ['client_id'],
    },
  ],
  also: async (tx, { ticketIds }, files) => {
    await keeping.eraseDetails(tx, ticketIds)
    await keeping.noteFilesToDelete(tx, files)
  },
}

export const noteKeeper: Keeper = {
  name: 'notes',
  kept: [{ table: 'notes', belongs: { ticket: ['ticket_id'] }, texts: ['body'], withheld: ['client_id'] }],
}

const OF_RATING = { column: 'rating_id', of: 'ratings', belongs: { ticket: ['ticket_id'] } } as const

/** The marks stay, what was said beside them goes. */
export const ratingKeeper: Keeper = {
  name: 'ratings',
  kept: [
    { table: 'rating_contests', belongs: OF_RATING, texts: ['words', 'why'], withheld: ['version'] },
    { table: 'rating_exclusions', belongs: OF_RATING, texts: ['why', 'lifted_why'] },
    { table: 'ratings', belongs: { ticket: ['ticket_id'] }, texts: ['comment'], withheld: ['handlers'] },
  ],
}

export const linkKeeper: Keeper = {
  name: 'links',
  kept: [{ table: 'request_links', belongs: { ticket: ['ticket_id'] }, removed: true, secret: true }],
}

/** Pictures and papers that customers sent, in conversations that are over. */
export const filesOver: Over = {
  name: 'files',
  days: 'retentionFileDays',
  count: keeping.countFilesOver,
  list: keeping.listFilesOver,
  end: async (tx, ids, before) => {
    const files = await keeping.forgetFilesOver(tx, ids, before)
    await keeping.noteFilesToDelete(tx, files)
    return { ended: files.length, files }
  },
}
