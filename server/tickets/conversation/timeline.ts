import type { SignedIn } from '../../web/env.ts'
import { listMessages, listNotes, marksOf } from '../messages/queries.ts'
import { withWords } from '../messages/rules.ts'
import type { House } from './around.ts'
import { readSeqOf } from './queries.ts'
import type { SeenTicket } from './reading.ts'
import { weave } from './rules.ts'

/** Shown at once; earlier words are a link away. */
const LATEST = 200

/** What was said and noted. `after`: where the line of new words stands, once a page has drawn it. */
export async function timelineOf(
  { db, clock, config }: House,
  me: SignedIn,
  ticket: SeenTicket,
  { from, after }: { from?: number | undefined; after?: number | undefined },
) {
  const first = Math.max(1, from ?? ticket.last_seq - LATEST + 1)
  const [messages, notes, marks, readSeq] = await Promise.all([
    listMessages(db, ticket.id, first - 1, Math.max(LATEST, ticket.last_seq)),
    listNotes(db, ticket.id),
    marksOf(db, ticket.id),
    after ?? readSeqOf(db, ticket.id, me.staffId),
  ])
  return {
    timeline: weave({
      messages: messages.map((one) => withWords(one, ticket.veil.words)),
      notes: notes
        .map((one) => ({ ...one, body: ticket.veil.words(one.body) }))
        .filter(({ afterSeq }) => afterSeq >= first - 1),
      marks: marks.customer,
      newAfter: readSeq,
      zone: config.timeZone,
      now: clock.now(),
    }),
    newAfter: readSeq,
    first,
    lastSeq: messages.at(-1)?.seq ?? 0,
    customerMarks: marks.customer,
    earlierFrom: first > 1 ? Math.max(1, first - LATEST) : null,
  }
}
