import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { beginFetching, keepRecording, noteFetchFailed } from '../server/calls/recordings/actions.ts'
import { listDueRecordings } from '../server/calls/recordings/queries.ts'
import {
  FETCH_WITHIN_MILLISECONDS,
  RECORDING_BYTES,
  WHY_NOT_KEPT,
  type WhyNotKept,
} from '../server/calls/recordings/rules.ts'
import type { RecordingId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { audioType } from '../server/platform/attachments.ts'
import { openOutside } from '../server/platform/outside.ts'
import { noteIncoming } from '../server/tickets/files/queries.ts'
import { fileName } from '../server/tickets/files/rules.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When a line has named a voicemail or a recording: fetched by the one guard from an allowed host, told by its bytes, and
 * stored before the row names it. Repeats safely; what is stored and never named is swept within the hour.
 */
export const fetchRecordings: DueJob = (deps) => {
  const { config, db, transact, files, clock } = deps
  const outside = openOutside({ inside: config.insideHooks, withinMilliseconds: FETCH_WITHIN_MILLISECONDS })
  return dueJob(
    'fetch-recordings',
    listDueRecordings,
    () => async (text) => {
      const id = text as RecordingId
      const named = await transact(system, (tx) => beginFetching(tx, id))
      if (!named) return
      const failed = (why: WhyNotKept) => transact(system, (tx) => noteFetchFailed(tx, id, why))
      const answer = await outside.get(named.url, RECORDING_BYTES)
      if (answer.kind === 'failed') return failed(whyOf(answer.error))
      const type = audioType(answer.bytes)
      if (!type) return failed('not_audio')
      const file = randomBytes(16).toString('hex')
      await noteIncoming(db, file, clock.now())
      const { bytes } = await files.put(Readable.from([answer.bytes]), { id: file })
      const name = fileName(new URL(named.url).pathname, type)
      const kept = await transact(system, (tx) => keepRecording(tx, id, { file: { file, type, bytes }, name }))
      if (!kept) await files.delete(file)
    },
    { slow: true },
  )(deps)
}

const whyOf = (error: string): WhyNotKept => WHY_NOT_KEPT.find((one) => one === error) ?? 'no_connection'
