/** What a person or a program may do. Names are `thing.verb`; who has which stands in accounts/rules.ts, and nowhere else. */
export const CAPABILITIES = [
  'desk.work', // be offered tickets and work them while on duty
  'desk.lead', // take, assign and watch every ticket of the night
  'ticket.read', // any ticket of the night; its customer masked unless it is one's own
  'customer.read', // names, phones and addresses of every customer in full
  'customer.reveal', // see one customer's for a while, for a reason that is kept
  'customer.erase', // find a customer, hand out what is kept about them, erase it
  'reveal.read', // who looked at whom, and why
  'ticket.enter', // enter a request that came by phone
  'ticket.search',
  'call.work', // be rung while on post, write calls down, call back
  'call.read', // the log of calls and what is owed a call back; numbers masked unless one may see the customer
  'board.read',
  'report.read', // figures of nights, weeks and months; nobody's name
  'satisfaction.read', // what customers said, counted; nobody's name
  'satisfaction.people', // the same person by person, with the words
  'rating.decide', // the second person: settle a contested rating, leave one out for its reason
  'alarm.settle',
  'escalation.read', // one's own department's or post's requests, and those of tickets one may read
  'escalation.send', // ask a department or a post on duty, follow it up, tell the customer
  'escalation.handle', // accept and answer what one's own department or post is asked
  'escalation.lead', // decide where a request goes after it bounced
  'incident.read',
  'incident.lead', // acknowledge, answer and close incidents of the night
  'abuse.read', // cases of abuse, with their evidence
  'abuse.lead', // warn, limit, propose a ban, lift
  'abuse.decide', // the second person: confirm a ban, answer an appeal
  'knowledge.read', // articles as they stand, and canned replies of one's own
  'knowledge.edit', // write, publish and withdraw what customers read
  'directory.read', // who answers at night, department by department
  'roster.read',
  'roster.edit',
  'roster.input', // say for one's department what a month needs

  'appraisal.own', // one's own month: read, comment, object; note and score the shifts one has led
  'appraisal.review', // every month of everybody: review, reopen, weigh, propose measures
  'appraisal.sign', // the group: score duty managers, sign the extremes, decide objections and measures
  'recognition.nominate', // say who has done something outstanding; the wall
  'recognition.review', // check the facts of nominations, give out rewards
  'recognition.decide', // the group: grant or decline
  'record.own', // answer what one is asked for; one's own cases
  'record.ask', // ask for records and documents, report a false one
  'record.decide', // the group: decide about a false record
  'obligation.read', // what was due from everybody, and what became of it
  'obligation.excuse', // say why something missed counts against nobody
  'attendance.lead', // be witness of who comes, report who is not there
  'attendance.call_in', // see who has come, call somebody in for whoever has not
  'attendance.decide', // whether somebody left their post, and what is corrected
  'attendance.excuse', // say why an absence counts against nobody
  'attendance.read', // how everybody came, and their hours
  'attendance.places', // places whose screens show a code

  'confirmation.read', // who of one's own, or of all, has confirmed their shifts
  'swap.emergency', // decide with HR about a change of shifts that comes too late
  'attendance.own', // check in, break, check out for one's own shift
  'settings.edit',
  'people.edit',
  'system.operate', // processes, queues, dead jobs
  'leadership.read', // hears where the leadership group has no head
] as const
export type Capability = (typeof CAPABILITIES)[number]

/** Posts of the night, filled by the roster. */
export const POSTS = ['service', 'technician', 'guard', 'manager'] as const
export type Post = (typeof POSTS)[number]

/** Roles that a person keeps off shift as well. */
export const STANDING_ROLES = ['handler', 'head', 'hr', 'administration', 'leadership', 'administrator'] as const
export type StandingRole = (typeof STANDING_ROLES)[number]

/** Ranks, lowest first (REGULATION rows 5 and 8). */
export const RANKS = ['staff', 'supervisor', 'manager', 'vice_president'] as const
export type Rank = (typeof RANKS)[number]
