import { noteLate, remindToCome } from '../server/attendance/arrivals/actions.ts'
import { listUntold } from '../server/attendance/arrivals/queries.ts'
import { noteAbsent, noteMissing } from '../server/attendance/missing/actions.ts'
import { listMissing, listOver } from '../server/attendance/missing/queries.ts'
import { noteOverdue } from '../server/attendance/slips/actions.ts'
import { listOverdue } from '../server/attendance/slips/queries.ts'
import type { AbsenceId, ShiftId } from '../server/kernel/ids.ts'
import { MINUTE, plus } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { dueJob } from './due-job.ts'

/** Fifteen minutes (setting) before the start: whoever is not there yet is reminded. Repeats safely: each once. */
export const remindPeopleToCome = dueJob(
  'remind-to-come',
  async (db, now, limit) => {
    const { earlyMinutes } = await currentSettings(db)
    return listUntold(db, 'arrive', { after: now, upto: plus(now, earlyMinutes * MINUTE) }, limit)
  },
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => remindToCome(tx, id as ShiftId)),
)

/** At the start: the duty manager is told of whoever is not there. Repeats safely: each once. */
export const noteLatePeople = dueJob(
  'note-late',
  async (db, now, limit) => {
    const { lateGraceMinutes } = await currentSettings(db)
    return listUntold(db, 'late', { after: plus(now, -lateGraceMinutes * MINUTE), upto: now }, limit)
  },
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteLate(tx, id as ShiftId)),
)

/** Fifteen minutes (setting) after the start nobody has come: they are missing. Repeats safely: each once. */
export const noteMissingPeople = dueJob(
  'note-missing',
  async (db, now, limit) => listMissing(db, plus(now, -(await currentSettings(db)).lateGraceMinutes * MINUTE), limit),
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteMissing(tx, id as ShiftId)),
)

/** At the end of a shift that nobody came to. Repeats safely. */
export const noteAbsentPeople = dueJob(
  'note-absent',
  listOver,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteAbsent(tx, id as AbsenceId)),
)

/** Whoever left with cover and is not back in time. Repeats safely: each once. */
export const noteOverdueSlips = dueJob(
  'note-overdue-slips',
  listOverdue,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => noteOverdue(tx, id)),
)
