import type { RecordingId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { hashOf } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { forgetIncoming } from '../../tickets/files/queries.ts'
import { type CallRow, getCall } from '../queries.ts'
import * as recordings from './queries.ts'
import {
  type AudioFile,
  FETCHING_MINUTES,
  fetchAgainAfter,
  isAllowedHost,
  type RecordingKind,
  type WhyNotKept,
} from './rules.ts'

/** A line has named a recording; one from a host that nobody has allowed is written down and never asked for. */
export async function noteRecording(
  tx: Tx,
  { call, kind, url, hosts }: { call: CallRow; kind: RecordingKind; url: string; hosts: readonly string[] },
): Promise<void> {
  const refused = isAllowedHost(url, hosts) ? null : 'host'
  const callId = call.id
  const recordingId = await recordings.insertRecording(tx, { callId, kind, url, urlKey: hashOf(url), refused })
  if (!recordingId) return
  const lineId = call.line_id
  await announce(tx, 'recording.named', { callId, lineId, recordingId, kind }, { about: ['calls'] })
}

/** The first half: from here on it is on its way. Undefined where there is nothing to fetch. */
export async function beginFetching(tx: Tx, id: RecordingId): Promise<recordings.Fetching | undefined> {
  const one = await recordings.lockRecording(tx, id)
  if (!one.due_at || one.due_at > tx.now || (one.state !== 'due' && one.state !== 'fetching')) return undefined
  const fetching = await recordings.fetchingOf(tx.db, id)
  // The hosts may have changed since it was named.
  if (!isAllowedHost(fetching.url, fetching.hosts)) {
    await settle(tx, id, { state: 'refused', why: 'host' })
    return undefined
  }
  await recordings.setRecording(tx, id, {
    state: 'fetching',
    attempts: one.attempts + 1,
    due_at: plus(tx.now, FETCHING_MINUTES * MINUTE),
  })
  return fetching
}

/** It is here: from now on the row names the file. */
export async function keepRecording(
  tx: Tx,
  id: RecordingId,
  { file, name }: { file: AudioFile; name: string },
): Promise<boolean> {
  const one = await recordings.lockRecording(tx, id)
  if (one.state === 'stored' || one.state === 'over') return false
  await forgetIncoming(tx, file.file)
  await recordings.setRecording(tx, id, { file, name })
  await settle(tx, id, { state: 'stored', why: null })
  return true
}

/** Not this time; after the last time it has failed. What is no sound, or points inside, is not asked for again. */
export async function noteFetchFailed(tx: Tx, id: RecordingId, why: WhyNotKept): Promise<void> {
  const one = await recordings.lockRecording(tx, id)
  if (one.state !== 'fetching') return
  const forGood = why === 'address_inside' || why === 'not_http' || why === 'not_audio' || why === 'too_large'
  const wait = forGood ? null : fetchAgainAfter(one.attempts)
  if (wait === null) return settle(tx, id, { state: forGood ? 'refused' : 'failed', why })
  await recordings.setRecording(tx, id, { state: 'due', why, due_at: plus(tx.now, wait) })
}

async function settle(
  tx: Tx,
  recordingId: RecordingId,
  { state, why }: { state: 'stored' | 'refused' | 'failed'; why: WhyNotKept | null },
): Promise<void> {
  await recordings.setRecording(tx, recordingId, { state, why, due_at: null, settled_at: tx.now })
  const { call_id: callId } = await recordings.lockRecording(tx, recordingId)
  const { line_id: lineId, ticket_id: ticketId } = await getCall(tx.db, callId)
  const about = ['calls', ...(ticketId ? [`ticket:${ticketId}`] : [])]
  await announce(tx, 'recording.settled', { callId, lineId, recordingId, state }, { about })
}
