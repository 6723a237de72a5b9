import type { Keeper, Kept, Over } from '../customers/privacy/keeping.ts'
import { noteFilesToDelete } from '../tickets/keeping/queries.ts'
import * as keeping from './keeping/queries.ts'
import { countRecordingsOver, forgetRecordings, listRecordingsOver } from './recordings/queries.ts'

const OF_TICKET = { ticket: ['ticket_id'] } as const
const OF_CALL = { column: 'call_id', of: 'calls', belongs: OF_TICKET } as const

/**
 * Calls that were written down into a conversation go with it; those of the customer's number go with the customer, where
 * nobody else gave that number. When they were, how long and how they ended stays, so that figures hold.
 */
export const callKeeper = (more: readonly Kept[]): Keeper => ({
  name: 'calls',
  kept: [
    // First what is found through the call or the callback.
    ...more,
    { table: 'call_events', belongs: OF_CALL, removed: true, withheld: ['key'] },
    {
      table: 'call_recordings',
      belongs: OF_CALL,
      texts: ['url', 'name'],
      file: { column: 'file', name: 'name' },
      withheld: ['url_key', 'attempts'],
    },
    {
      table: 'callback_attempts',
      belongs: { column: 'callback_id', of: 'callbacks', belongs: OF_TICKET },
      texts: ['words'],
      withheld: ['client_id'],
    },
    { table: 'callbacks', belongs: OF_TICKET, texts: ['number', 'words'], withheld: ['version'] },
    {
      table: 'calls',
      belongs: OF_TICKET,
      texts: ['note'],
      cleared: ['number', 'called', 'answered_user', 'queue'],
      withheld: ['version', 'call_key', 'users'],
    },
  ],
  also: async (tx, scope, files) => {
    await keeping.emptyRecordings(tx, scope.ticketIds)
    const more = scope.whole ? await keeping.forgetNumbersOf(tx, scope.customerId) : []
    await noteFilesToDelete(tx, [...files, ...more])
  },
})

/** Voicemail and recordings go after their days. */
export const recordingsOver: Over = {
  name: 'recordings',
  days: 'retentionRecordingDays',
  count: countRecordingsOver,
  list: listRecordingsOver,
  end: async (tx, ids, before) => {
    const files = await forgetRecordings(tx, ids, before)
    await noteFilesToDelete(tx, files)
    return { ended: files.length, files }
  },
}

/** Who called is forgotten as long after a call as what was said is after the end of a conversation. */
export const callsOver: Over = {
  name: 'calls',
  days: 'retentionConversationDays',
  count: keeping.countCallsOver,
  list: keeping.listCallsOver,
  end: async (tx, ids, before) => ({ ended: await keeping.forgetCalls(tx, ids, before), files: [] }),
}
