import type { BriefId, DigestId } from '../server/kernel/ids.ts'
import { addDays, HOUR, instantOf, localOf, nightOf, plus } from '../server/kernel/time.ts'
import { draftBrief, planBrief, timesOf } from '../server/notifications/briefs/actions.ts'
import { sendDueBrief } from '../server/notifications/briefs/letters.ts'
import { isPlanned as briefIsPlanned, listDueBriefs } from '../server/notifications/briefs/queries.ts'
import { planDigests } from '../server/notifications/digests/actions.ts'
import { LATE_HOURS, writeDigest } from '../server/notifications/digests/letters.ts'
import { isPlanned, listDueDigests } from '../server/notifications/digests/queries.ts'
import { system } from '../server/platform/actor.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When the rows of today and tomorrow are missing, or stand at another time than the settings say. Times are those of
 * the clock on the wall: one that does not exist moves forward, one that exists twice is the first. Repeats safely.
 */
export const planMornings: DueJob = (deps) => {
  const { clock, config, db, transact } = deps
  const zone = config.timeZone
  const daysAt = (now: Date): string[] => {
    const { date } = localOf(now, zone)
    return [date, addDays(date, 1)]
  }
  const alive = (at: Date, now: Date): boolean => at > plus(now, -LATE_HOURS * HOUR)
  return dueJob(
    'plan-mornings',
    async (reader, now) => {
      const settings = await currentSettings(reader)
      const days: string[] = []
      for (const day of daysAt(now)) {
        const dueAt = instantOf(day, settings.digestTime, zone)
        if (alive(dueAt, now) && !(await isPlanned(reader, day, dueAt))) days.push(day)
      }
      const night = nightOf(now, zone)
      const times = timesOf(night, settings, zone)
      const brief = !alive(times.dueAt, now) || (await briefIsPlanned(reader, night, times))
      return [
        ...days.map((day) => ({ id: `day.${day}`, version: settings.digestTime.replace(':', '') })),
        ...(brief ? [] : [{ id: `night.${night}`, version: times.dueAt.getTime() }]),
      ]
    },
    () => async (id) => {
      const [what = '', date = ''] = id.split('.')
      const settings = await currentSettings(db)
      if (what === 'night') await transact(system, (tx) => planBrief(tx, date, timesOf(date, settings, zone)))
      else if (alive(instantOf(date, settings.digestTime, zone), clock.now()))
        await transact(system, (tx) => planDigests(tx, date, instantOf(date, settings.digestTime, zone)))
    },
    { direct: true },
  )(deps)
}

/** When a department's morning has come: one letter a person, with what is new and what is late. Repeats safely. */
export const writeDigests = dueJob('write-digests', listDueDigests, ({ transact, config }) => {
  const place = { publicUrl: config.publicUrl, zone: config.timeZone }
  return (id) => transact(system, (tx) => writeDigest(tx, id as DigestId, place))
})

/** When a night is over its lines are drawn up; when its time has come it goes, edited or not. Repeats safely. */
export const writeBriefs = dueJob('write-briefs', listDueBriefs, ({ transact, config }) => {
  const place = { publicUrl: config.publicUrl, zone: config.timeZone }
  return (id) =>
    transact(system, async (tx) => {
      await draftBrief(tx, id as BriefId, place.zone)
      await sendDueBrief(tx, id as BriefId, place)
    })
})
