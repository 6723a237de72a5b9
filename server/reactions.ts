import type { ListAhead } from './accounts/people/routes.ts'
import { findSignedIn, keepSession, ownerOf } from './accounts/queries.ts'
import { capabilitiesOf, offPostOf } from './accounts/rules.ts'
import type { Evidence } from './appraisal/evidence/contract.ts'
import {
  attendanceEvidence,
  commendationEvidence,
  falseRecordEvidence,
  noteEvidence,
  obligationsAs,
  satisfactionEvidence,
} from './appraisal/evidence/contributions.ts'
import { incidentEvidence } from './appraisal/evidence/incidents/contributions.ts'
import { lateReactions } from './appraisal/late/reactions.ts'
import { measureReactions } from './appraisal/measures/reactions.ts'
import { notesOfShift } from './appraisal/notes/contributions.ts'
import { arrivalOfShift } from './attendance/arrivals/contributions.ts'
import { standingOf } from './attendance/contributions.ts'
import { type Gate, proofGate } from './attendance/gates.ts'
import { proofAside } from './attendance/places/contributions.ts'
import type { IsEngaged } from './attendance/presence/engaged.ts'
import { lastOnPost } from './attendance/queries.ts'
import { attendanceReactions } from './attendance/reactions.ts'
import type { ListSteps } from './attendance/routes.ts'
import { callsAside, ringCards } from './calls/contributions.ts'
import { callKeeper, callsOver, recordingsOver } from './calls/keeping.ts'
import { callReactions } from './calls/reactions.ts'
import { mailAside } from './chat/mail/contributions.ts'
import { incomingKeeper, incomingOver } from './chat/mail/keeping/queries.ts'
import type { Witness } from './customers/abuse/cases/witness.ts'
import { abuseKeeper } from './customers/abuse/keeping/queries.ts'
import { customerKeeper, visitorKeeper, visitorsOver, voteKeeper } from './customers/keeping.ts'
import type { Keeping } from './customers/privacy/keeping.ts'
import { nextRunAside } from './customers/privacy/over/contributions.ts'
import { listBeside } from './desk/beside/queries.ts'
import { isEngagedNow } from './desk/engagements/queries.ts'
import { leadingReactions } from './desk/leading/reactions.ts'
import { listColleagues } from './desk/on-post/queries.ts'
import { conductAside, panicOf } from './desk/protection/contributions.ts'
import { deskPrompt, deskReactions } from './desk/reactions.ts'
import { escalationsAside } from './escalations/contributions.ts'
import { escalationKeeper } from './escalations/keeping.ts'
import { escalationPrompt, escalationReactions } from './escalations/reactions.ts'
import type { HouseEvent } from './events/event.ts'
import { incidentKeeper } from './incidents/keeping/queries.ts'
import { incidentReactions } from './incidents/reactions.ts'
import { HOUR, MINUTE, plus } from './kernel/time.ts'
import type { Sources } from './knowledge/sources.ts'
import { attendingReactions } from './notifications/attending/reactions.ts'
import { briefOfShift } from './notifications/briefs/contributions.ts'
import { lettersAside } from './notifications/customers/contributions.ts'
import { customerLetterReactions } from './notifications/customers/reactions.ts'
import { noticesOver, remindersOver } from './notifications/keeping/queries.ts'
import { noticeReactions } from './notifications/notices/reactions.ts'
import { letterKeeper, lettersOver } from './notifications/outgoing/keeping/queries.ts'
import { outgoingReactions } from './notifications/outgoing/reactions.ts'
import { personnelReactions } from './notifications/personnel/reactions.ts'
import type { MorePreviews } from './notifications/previews/composing.ts'
import { reminderReactions } from './notifications/reminders/reactions.ts'
import { rosteringReactions } from './notifications/rostering/reactions.ts'
import { canText as textsGo } from './notifications/texts/actions.ts'
import { textsKept } from './notifications/texts/keeping.ts'
import { textReactions } from './notifications/texts/reactions.ts'
import type { OfShift } from './obligations/contributors.ts'
import { obligationReactions } from './obligations/reactions.ts'
import { staffActor } from './platform/actor.ts'
import { onOneLine } from './platform/connection.ts'
import type { Prompt } from './platform/prompts.ts'
import type { Reactions } from './platform/reactions.ts'
import { hashOf } from './platform/tokens.ts'
import type { Spoken } from './platform/transaction.ts'
import { nominationAside } from './recognition/contributions.ts'
import { recognitionReactions } from './recognition/reactions.ts'
import { reportPreview } from './reports/subscriptions/contributions.ts'
import { confirmationOfShift } from './roster/confirmations/contributions.ts'
import { confirmationReactions } from './roster/confirmations/reactions.ts'
import { shiftsAheadOf } from './roster/queries.ts'
import { rosterReactions } from './roster/reactions.ts'
import { swapReactions } from './roster/swaps/reactions.ts'
import type { Database, Reader } from './schema.ts'
import { currentSettings } from './settings/queries.ts'
import type { GroupAsides } from './settings/routes.ts'
import { firstSteps } from './setup/contributions.ts'
import { answersAside, wordsOfTicket } from './tickets/answers/contributions.ts'
import { conductReactions } from './tickets/conduct/reactions.ts'
import type { Around } from './tickets/conversation/around.ts'
import {
  filesOver,
  linkKeeper,
  messageKeeper,
  noteKeeper,
  ratingKeeper,
  ticketKeeper,
} from './tickets/keeping/contributions.ts'
import {
  conversationsOf,
  countOld,
  customerOfNumber,
  hasServed,
  listOld,
  lockConversations,
} from './tickets/keeping/queries.ts'
import { speakMessagesAgain } from './tickets/messages/contributions.ts'
import { listMessages } from './tickets/messages/queries.ts'
import { promiseReactions } from './tickets/promises/reactions.ts'
import type { CanText } from './tickets/proofs/queries.ts'
import { listBriefly } from './tickets/queries.ts'
import { clockOwingReactions, slaReactions } from './tickets/sla/reactions.ts'
import type { SignedIn } from './web/env.ts'

/** What a shift brings with it: each feature says what will be due from whoever stands in it. */
export const ofShift: readonly OfShift[] = [confirmationOfShift, arrivalOfShift, briefOfShift, notesOfShift]

/** Who lets somebody onto their post and off it: attendance wants proof that they are there; the handover will want its signatures. */
export const gates: readonly Gate[] = [proofGate]

/** Who hears what: every feature's reactions, on one page; `zone` is where the company counts its nights. */
export const reactionsIn = (zone: string): readonly Reactions<Database>[] => [
  // Who offers comes first: somebody waits for it.
  deskReactions,
  leadingReactions(zone),
  obligationReactions(ofShift),
  rosterReactions(zone),
  confirmationReactions,
  swapReactions,
  attendanceReactions,
  conductReactions,
  slaReactions,
  clockOwingReactions,
  promiseReactions,
  callReactions,
  escalationReactions,
  incidentReactions,
  recognitionReactions,
  measureReactions,
  lateReactions,
  reminderReactions,
  noticeReactions,
  rosteringReactions,
  personnelReactions,
  attendingReactions,
  customerLetterReactions,
  outgoingReactions,
  textReactions,
]

/** What the acting process does at once after its commit. */
export const prompts: readonly Prompt<Database>[] = [deskPrompt, escalationPrompt]

/** Events that carry their own live words are said again by the relay. */
export const speakAgain = (db: Reader, events: readonly HouseEvent[]): Promise<readonly Spoken[]> =>
  speakMessagesAgain(db, events)

/** Shifts that somebody who leaves would leave open: the roster knows them. */
export const ahead: ListAhead = shiftsAheadOf

/** What an administrator has still to do until the first customer is answered. */
export const steps: ListSteps = firstSteps

/** Around a conversation: whom it may be handed to and who else is at it, because the desk knows who is there; what others were asked about it, and what helps. */
export const around: Around = {
  receivers: listColleagues,
  neighbours: listBeside,
  asides: [conductAside, mailAside, callsAside, escalationsAside, lettersAside, answersAside, nominationAside],
  acts: [panicOf],
  onTop: [ringCards],
}

/** What is kept about a customer: every feature's own, in the order in which it is erased; conversations are locked first. */
export const keeping: Keeping = {
  keepers: [
    letterKeeper,
    incomingKeeper,
    incidentKeeper,
    abuseKeeper,
    callKeeper([textsKept]),
    escalationKeeper,
    linkKeeper,
    ratingKeeper,
    noteKeeper,
    messageKeeper,
    ticketKeeper,
    voteKeeper,
    visitorKeeper,
    customerKeeper,
  ],
  conversationsOf,
  lockConversations,
  customerOfNumber,
  hasServed,
  countOld,
  listOld,
  over: [filesOver, lettersOver, incomingOver, visitorsOver, recordingsOver, callsOver, noticesOver, remindersOver],
}

/** What a month's appraisal is counted from: whoever knows facts about people's work adds a line, and that is all. */
export const evidence: readonly Evidence[] = [
  attendanceEvidence,
  noteEvidence,
  obligationsAs('answers', ['answer', 'resolution', 'callback']),
  obligationsAs('requests', ['request_acceptance', 'request_answer']),
  obligationsAs('promises', ['promise']),
  satisfactionEvidence,
  incidentEvidence,
  commendationEvidence,
  falseRecordEvidence,
]

/** Whoever is on the phone is seen to be there: the question whether they are comes later. */
export const engaged: IsEngaged = isEngagedNow

/** Letters that the page of previews draws beside those that notifications knows itself. */
export const previews: MorePreviews = { report: reportPreview }

/** Whether customers can be told things by SMS. */
export const canText: CanText = textsGo

/** Under a group of settings: what its numbers will do next. */
export const groupAsides: GroupAsides = { privacy: (house) => nextRunAside(house, keeping), shifts: proofAside }

/** What an article or a canned reply may be made from, and since when somebody has not seen what changed. */
export const sources: Sources = { wordsOf: wordsOfTicket, lastOnPost }

/** What the page of a case shows of its tickets: the customer's records know none. */
export const witness: Witness = { ticketsOf: listBriefly, wordsOf: (db, id, upto) => listMessages(db, id, 0, upto) }

/** Capabilities: accounts gives those of the role, attendance adds those of the post while on duty. */
export async function whoIs(db: Reader, token: string, now: Date): Promise<SignedIn | undefined> {
  const hash = hashOf(token)
  // Asked for together: one way there and back for each page.
  const [found, { duty, early }] = await onOneLine(db, (line) =>
    Promise.all([findSignedIn(line, hash, now), standingOf(line, ownerOf(hash), now)]),
  )
  if (!found) return undefined
  const { standingRoles, posts, seenAt, ...person } = found
  if (now.getTime() - seenAt.getTime() > MINUTE) {
    const { sessionHours } = await currentSettings(db)
    await keepSession(db, hash, now, plus(now, sessionHours * HOUR))
  }
  const capabilities = capabilitiesOf(standingRoles, duty?.post ?? null, early)
  const offPost = offPostOf(posts, duty !== null)
  return { ...person, duty, capabilities, offPost, actor: staffActor(person.staffId, capabilities) }
}
