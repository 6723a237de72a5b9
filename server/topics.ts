import type { Capability } from './kernel/capabilities.ts'
import type { StaffId } from './kernel/ids.ts'
import type { PublicRoom } from './platform/live.ts'

/**
 * Live topics and who may listen. A client never names a room: it asks to watch a ticket, the server decides.
 *
 *   desk          the queue changed                      desk.work
 *   escalations   a request to others changed            escalation.read
 *   calls         a call or a callback changed          call.read
 *   incidents     an incident changed                    incident.read
 *   abuse         a case of abuse changed                abuse.read
 *   board         figures, posts, alarms changed         board.read
 *   ratings       a rating was contested or settled      rating.decide
 *   appraisal     somebody's month, a measure, a wish    appraisal.review, appraisal.sign
 *                 for training went on
 *   wall          something was granted, or taken off    everybody
 *   recognition   a nomination went on, a customer praised recognition.review, recognition.decide
 *   records       a document, or a case, went on         record.ask, record.decide
 *   months        a stage of the month began             everybody
 *   reveals       somebody looked at a customer          reveal.read
 *   roster        shifts changed                         roster.read
 *   obligations   what is due from whom changed           obligation.read
 *   swaps         a change of shifts went on              roster.edit, swap.emergency
 *   operation     a dead job was tried again             system.operate
 *   ticket:<id>   one ticket changed                     ticket.read, while the page of that ticket is open
 *   notes:<id>    a colleague noted something on it      the same
 *   beside:<id>   who else has it open, or writes        the same
 *   work:<staff>  a conversation of this person's got a word   that person
 *   offer:<staff> an offer to this person came or went   that person
 *   night:<staff>  what is due from this person            that person
 *   own:<staff>   this person's month, measures, papers  that person
 *   duty:<staff>  this person's duty, break, frame       that person
 */
export const standingTopics = (staffId: StaffId, capabilities: ReadonlySet<Capability>): string[] => [
  `offer:${staffId}`,
  `work:${staffId}`,
  `duty:${staffId}`,
  `night:${staffId}`,
  `own:${staffId}`,
  'months',
  'wall',
  ...(capabilities.has('desk.work') ? ['desk'] : []),
  ...(capabilities.has('board.read') ? ['board'] : []),
  ...(capabilities.has('escalation.read') ? ['escalations'] : []),
  ...(capabilities.has('call.read') ? ['calls'] : []),
  ...(capabilities.has('incident.read') ? ['incidents'] : []),
  ...(capabilities.has('rating.decide') ? ['ratings'] : []),
  ...(capabilities.has('appraisal.review') || capabilities.has('appraisal.sign') ? ['appraisal'] : []),
  ...(capabilities.has('recognition.review') || capabilities.has('recognition.decide') ? ['recognition'] : []),
  ...(capabilities.has('record.ask') || capabilities.has('record.decide') ? ['records'] : []),
  ...(capabilities.has('reveal.read') ? ['reveals'] : []),
  ...(capabilities.has('abuse.read') ? ['abuse'] : []),
  ...(capabilities.has('roster.read') ? ['roster'] : []),
  ...(capabilities.has('obligation.read') ? ['obligations'] : []),
  ...(capabilities.has('roster.edit') || capabilities.has('swap.emergency') ? ['swaps'] : []),
  ...(capabilities.has('system.operate') ? ['operation'] : []),
]

/** Everybody who waits asks anew when the queue has moved: more often it tells them nothing, and costs those who are asked to answer. */
const QUEUE_TOLD_EVERY_MILLISECONDS = 2000

/** Rooms of customers' pages that hear a bare `changed`: those of the ticket, and everybody who waits when the queue moves. */
export function publicRooms(topic: string): PublicRoom[] {
  if (topic.startsWith('ticket:')) return [{ room: `chat:${topic.slice('ticket:'.length)}` }]
  return topic === 'desk' ? [{ room: 'waiting', everyMilliseconds: QUEUE_TOLD_EVERY_MILLISECONDS }] : []
}
