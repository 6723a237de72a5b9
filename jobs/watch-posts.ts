import { noteGone } from '../server/attendance/cases/actions.ts'
import { listGone } from '../server/attendance/cases/queries.ts'
import { askPresence, noteUnanswered } from '../server/attendance/presence/actions.ts'
import type { IsEngaged } from '../server/attendance/presence/engaged.ts'
import { listToAsk, listUnanswered } from '../server/attendance/presence/queries.ts'
import type { AttendanceId, PresenceQuestionId } from '../server/kernel/ids.ts'
import { MINUTE, plus } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** When the drawn instant has come: somebody on post is asked whether they are there, or a little later. Repeats safely. */
export const askForPresence = (isEngaged: IsEngaged): DueJob =>
  dueJob(
    'ask-presence',
    listToAsk,
    ({ transact }) =>
      (id) =>
        transact(system, (tx) => askPresence(tx, id as PresenceQuestionId, isEngaged)),
  )

/** Ten minutes (setting) after the question and no press: the duty manager is told. Repeats safely: each once. */
export const noteUnansweredPresence = dueJob(
  'note-unanswered',
  listUnanswered,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteUnanswered(tx, id as PresenceQuestionId)),
)

/** Off post in the middle of a shift for longer than one may be away. Repeats safely: once each time. */
export const noteGonePeople = dueJob(
  'note-gone',
  async (db, now, limit) => listGone(db, now, plus(now, -(await currentSettings(db)).slipMinutes * MINUTE), limit),
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteGone(tx, id as AttendanceId)),
)
