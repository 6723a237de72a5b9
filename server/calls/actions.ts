import { dutyOf } from '../attendance/contributions.ts'
import { disengage, engage } from '../desk/engagements/actions.ts'
import { instant } from '../events/event.ts'
import type { CallId, LineId, StaffId } from '../kernel/ids.ts'
import { plus, SECOND } from '../kernel/time.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { LineEvent } from './adapters/reading.ts'
import { numberIn } from './numbers.ts'
import * as calls from './queries.ts'
import { noteRecording } from './recordings/actions.ts'
import {
  closesAt,
  type Fact,
  type Facts,
  heardAt,
  isUnanswered,
  learn,
  ratesAt,
  scoreOf,
  stageOf,
  stateOf,
} from './rules.ts'

/** The line that an event came by, as far as it decides. */
export type Line = { readonly id: LineId; readonly ringSeconds: number; readonly recordingHosts: readonly string[] }

export type Taken = { readonly callId: CallId; readonly repeated: boolean; readonly rejected: boolean }

export type Call = calls.CallRow

/**
 * One event of a line, exactly once in effect: kept as it came, then what it says is added to what is known of the call.
 * Events may come late, twice, in any order or not at all: whatever was known before, the state only moves forward.
 */
export async function takeEvent(
  tx: Tx,
  line: Line,
  event: LineEvent,
  { raw, test = false }: { raw: unknown; test?: boolean },
): Promise<Taken> {
  const at = heardAt(event.at, tx.now)
  const eventId = await calls.insertEvent(tx, {
    lineId: line.id,
    key: keyOf(event),
    name: event.name,
    outcome: 'taken',
    at,
    digit: event.digit || null,
    raw,
  })
  const direction = event.direction ?? 'in'
  const found = await calls.lockOrMakeCall(tx, { lineId: line.id, key: event.callKey, direction, at, test })
  if (!eventId) return { callId: found.id, repeated: true, rejected: found.rejected_at !== null }
  await calls.nameCallOf(tx, eventId, found.id)
  const call = await describe(tx, found, { event, at })
  const known = calls.factsIn(call)
  let facts = known
  for (const fact of factsOf(event, at)) facts = learn(facts, fact)
  const why = event.name === 'newCall' ? await whyReject(tx, call, facts) : null
  if (why) facts = learn(facts, { kind: 'rejected', at: tx.now })
  await move(tx, line, { ...call, rejected_why: call.rejected_why ?? why }, facts)
  if (event.recordingUrl !== '') {
    const kind = event.name === 'voicemail' || facts.voicemailAt !== null ? 'voicemail' : 'recording'
    await noteRecording(tx, { call, kind, url: event.recordingUrl, hosts: line.recordingHosts })
  }
  await rate(tx, found.id, event.name === 'rating' ? event.score : null, at)
  return { callId: found.id, repeated: false, rejected: facts.rejectedAt !== null && facts.answeredAt === null }
}

/** Twice is told by the id of the event, else by call and kind; a key that is pressed again is another one. */
function keyOf({ name, callKey, eventId, digit, at, recordingUrl }: LineEvent): string {
  if (eventId !== '') return `id:${name}:${eventId}`
  const more = name === 'dtmf' ? `:${digit}:${at?.getTime() ?? ''}` : name === 'recording' ? `:${recordingUrl}` : ''
  return `call:${callKey}:${name}${more}`
}

/** A rating or a talk of so many seconds says that somebody spoke, also where the answer itself was lost. */
function factsOf(event: LineEvent, at: Date): Fact[] {
  const machine = event.answeredUser === 'voicemail'
  switch (event.name) {
    case 'newCall':
      return [{ kind: 'rang', at }]
    case 'answer':
      return [machine ? { kind: 'voicemail', at } : { kind: 'answered', at }]
    case 'voicemail':
      return [{ kind: 'voicemail', at }]
    case 'rating':
      return event.score === null ? [] : [{ kind: 'answered', at }]
    case 'hangup': {
      const cause = event.cause ?? 'normalClearing'
      const spoke = event.answeredUser !== '' && !machine && cause === 'normalClearing'
      const from = plus(at, -(event.talkSeconds ?? 0) * SECOND)
      return [
        ...(spoke ? [{ kind: 'answered', at: from } as const] : []),
        ...(machine ? [{ kind: 'voicemail', at } as const] : []),
        { kind: 'ended', at, cause },
      ]
    }
    case 'dtmf':
    case 'recording':
      return []
  }
}

/** Who it is and where they called: whichever event says it first. */
async function describe(tx: Tx, call: Call, { event, at }: { event: LineEvent; at: Date }): Promise<Call> {
  const direction = event.name === 'newCall' && event.direction ? event.direction : call.direction
  const number = call.number ?? numberIn(direction === 'in' ? event.from : event.to)
  const users = [...new Set([...call.users, ...event.users])].toSorted()
  const change = {
    direction,
    number,
    called: call.called ?? ((direction === 'in' ? event.to : event.from).slice(0, 100) || null),
    queue: call.queue ?? (event.queue || null),
    users,
    began_at: at < call.began_at ? at : call.began_at,
    answered_user: call.answered_user ?? (event.answeredUser === 'voicemail' ? null : event.answeredUser || null),
  }
  await calls.setCall(tx, call.id, change)
  return { ...call, ...change }
}

/** A banned caller hears busy, and so does a number that rings without an end; everybody else is let through. */
async function whyReject(tx: Tx, call: Call, facts: Facts): Promise<'banned' | 'flood' | null> {
  if (call.direction !== 'in' || !call.number || stateOf(facts) !== 'ringing' || call.test) return null
  if (await calls.isBannedNumber(tx.db, call.number, tx.now)) return 'banned'
  const { callFloodMost } = await currentSettings(tx.db)
  return (await calls.countRings(tx.db, call.number, { now: tx.now, most: callFloodMost })) > callFloodMost
    ? 'flood'
    : null
}

/** Writes what is known now, and says what has become of the call with it. */
async function move(tx: Tx, { ringSeconds }: Pick<Line, 'ringSeconds'>, call: Call, facts: Facts): Promise<void> {
  const before = call.state
  const state = stateOf(facts)
  if (stageOf(state) < stageOf(before)) throw new Error(`call ${call.id} would go back from ${before} to ${state}`)
  const settings = await currentSettings(tx.db)
  const patience = { ringSeconds, ...settings }
  const answeredBy = await whoAnswered(tx, call, facts)
  const duty = answeredBy && answeredBy !== call.answered_by ? await dutyOf(tx.db, answeredBy, tx.now) : null
  const next: Call = {
    ...call,
    ...calls.columnsOf(facts),
    state,
    closes_at: closesAt(facts, call.began_at, patience),
    answered_by: answeredBy,
    shift_id: duty?.shiftId ?? call.shift_id,
  }
  await calls.setCall(tx, call.id, {
    ...calls.columnsOf(facts),
    state,
    closes_at: next.closes_at,
    answered_by: answeredBy,
    shift_id: next.shift_id,
    rejected_why: call.rejected_why,
  })
  await occupy(tx, call, next, settings.callWrapUpSeconds)
  await tell(tx, call, next)
}

/** Whom the line names, else who has said on their page that they take it. */
async function whoAnswered(tx: Tx, call: Call, { answeredAt }: Facts): Promise<StaffId | null> {
  if (!answeredAt) return null
  return call.answered_by ?? (await calls.staffNamed(tx.db, call.answered_user ?? '')) ?? call.claimed_by
}

/** A call takes up a hand: nothing is offered while it lasts, and for a moment afterwards to write it down. */
async function occupy(tx: Tx, before: Call, call: Call, wrapUpSeconds: number): Promise<void> {
  const of = { kind: 'call', ref: call.id } as const
  const holder = call.answered_by ?? call.claimed_by
  const was = before.answered_by ?? before.claimed_by
  const live = call.state === 'ringing' || call.state === 'answered'
  if (live && holder && (holder !== was || !wasLive(before))) return engage(tx, { ...of, staffId: holder })
  if (live || !wasLive(before)) return
  const left = call.answered_by && !call.logged_at ? plus(tx.now, wrapUpSeconds * SECOND) : tx.now
  await disengage(tx, of, left)
}

export const wasLive = ({ state }: Call): boolean => state === 'ringing' || state === 'answered'

async function tell(tx: Tx, before: Call, call: Call): Promise<void> {
  const { id: callId, line_id: lineId, direction, state } = call
  const about = topicsOf(call)
  // A number that rings without an end is written down and moves no page.
  if (call.rejected_at && !before.rejected_at)
    await announce(tx, 'call.rejected', { callId, lineId, why: call.rejected_why ?? 'flood' }, { about: [] })
  else if (call.rang_at && !before.rang_at) await announce(tx, 'call.rang', { callId, lineId, direction }, about)
  if (call.answered_at && (!before.answered_at || call.answered_by !== before.answered_by))
    await announce(
      tx,
      'call.answered',
      { callId, lineId, direction, staffId: call.answered_by, answeredAt: instant(call.answered_at) },
      about,
    )
  if (state === 'ended' && before.state !== 'ended')
    await announce(
      tx,
      'call.ended',
      {
        callId,
        lineId,
        direction,
        staffId: call.answered_by,
        seconds: Math.round(((call.ended_at?.getTime() ?? 0) - (call.answered_at?.getTime() ?? 0)) / SECOND),
        stuck: call.cause === 'stuck',
      },
      about,
    )
  if (isUnanswered(state) && state !== before.state)
    await announce(tx, 'call.missed', { callId, lineId, direction, state }, about)
}

export const topicsOf = ({ answered_by: by, claimed_by: claimed, ticket_id: ticketId }: Call): { about: string[] } => ({
  about: [
    'calls',
    'board',
    ...(by ? [`work:${by}`] : []),
    ...(claimed && claimed !== by ? [`work:${claimed}`] : []),
    ...(ticketId ? [`ticket:${ticketId}`] : []),
  ],
})

/** Said outright, or the first key after the talk; the first holds. No key is no answer. */
async function rate(tx: Tx, id: CallId, said: number | null, at: Date): Promise<void> {
  const call = await calls.lockCall(tx, id)
  if (call.score_landed || !call.answered_at) return
  const since = ratesAt({ endedAt: call.ended_at, ratingAskedAt: call.rating_asked_at })
  const key = since && call.score === null ? await calls.firstKeySince(tx.db, id, since) : undefined
  const found = said !== null ? { score: said, at } : key && { score: scoreOf(key.digit), at: key.at }
  if (!found?.score || found.score === call.score) return
  await calls.setCall(tx, id, { score: found.score, score_at: found.at })
  const { line_id: lineId } = call
  await announce(tx, 'call.rated', { callId: id, lineId, score: found.score }, topicsOf(call))
}

/** Nobody has told how it ended. Never early, once. */
export async function closeStuck(tx: Tx, id: CallId, ringSeconds: number): Promise<void> {
  const call = await calls.lockCall(tx, id)
  if (!call.closes_at || call.closes_at > tx.now || !wasLive(call)) return
  await move(tx, { ringSeconds }, call, learn(calls.factsIn(call), { kind: 'ended', at: tx.now, cause: 'stuck' }))
}
