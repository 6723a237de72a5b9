import { anchorChain } from '../jobs/anchor-chain.ts'
import { climbNotices, followPages } from '../jobs/climb-notices.ts'
import { closeAttendances } from '../jobs/close-attendances.ts'
import { closeResolved } from '../jobs/close-resolved.ts'
import { closeStuckCalls } from '../jobs/close-stuck-calls.ts'
import { countNights } from '../jobs/count-nights.ts'
import { deliverNotices } from '../jobs/deliver-notices.ts'
import type { DueJob } from '../jobs/due-job.ts'
import { endShifts } from '../jobs/end-shifts.ts'
import { endOver } from '../jobs/end-what-is-over.ts'
import { escalateToDepartment, stepUpEscalations } from '../jobs/escalate-to-department.ts'
import { expireEscalationOffers } from '../jobs/expire-escalation-offers.ts'
import { expireMeasures } from '../jobs/expire-measures.ts'
import { expireOffers } from '../jobs/expire-offers.ts'
import { expireSwaps } from '../jobs/expire-swaps.ts'
import { extendDemo } from '../jobs/extend-demo.ts'
import { fetchRecordings } from '../jobs/fetch-recordings.ts'
import { followConfirmations } from '../jobs/follow-confirmations.ts'
import { forgetFiles } from '../jobs/forget-files.ts'
import { freezeMonths } from '../jobs/freeze-months.ts'
import { generateRoster } from '../jobs/generate-roster.ts'
import { keepSatisfaction } from '../jobs/keep-satisfaction.ts'
import { lapseObligations } from '../jobs/lapse-obligations.ts'
import { offerEscalations } from '../jobs/offer-escalations.ts'
import { offerTickets } from '../jobs/offer-tickets.ts'
import {
  closeAppraisals,
  openAppraisals,
  passReviews,
  passStages,
  tellUndecidedCommendations,
  tellUndecidedMeasures,
} from '../jobs/pass-appraisals.ts'
import { passLateCases } from '../jobs/pass-late-cases.ts'
import { queueForms } from '../jobs/queue-forms.ts'
import { reactJob } from '../jobs/react.ts'
import { reactAgainTo } from '../jobs/react-again.ts'
import { remindOfRosters } from '../jobs/remind-of-rosters.ts'
import { returnLost } from '../jobs/return-lost-work.ts'
import { scoreAppraisals } from '../jobs/score-appraisals.ts'
import { forgetLinks, sendMail } from '../jobs/send-mail.ts'
import { sendReports } from '../jobs/send-reports.ts'
import { sendTexts, writeTexts } from '../jobs/send-texts.ts'
import { trackFollowUp, trackPromises } from '../jobs/track-follow-up.ts'
import {
  noteAbsentPeople,
  noteLatePeople,
  noteMissingPeople,
  noteOverdueSlips,
  remindPeopleToCome,
} from '../jobs/watch-arrivals.ts'
import { watchCallbacks } from '../jobs/watch-callbacks.ts'
import { breachClocks, settleLateClocks, warnOfClocks } from '../jobs/watch-clocks.ts'
import { askForPresence, noteGonePeople, noteUnansweredPresence } from '../jobs/watch-posts.ts'
import { tellMornings, writeCustomerLetters, writeVerifications } from '../jobs/write-customer-letters.ts'
import { planMornings, writeBriefs, writeDigests } from '../jobs/write-digests.ts'
import { writeReminders } from '../jobs/write-reminders.ts'
import { countAside } from './appraisal/freezing/aside.ts'
import { raiseAlarm } from './desk/alarms/actions.ts'
import type { Watch } from './desk/presence/watch.ts'
import type { HouseEvent } from './events/event.ts'
import { system } from './platform/actor.ts'
import type { Lateness } from './platform/lateness.ts'
import type { QueuedJob } from './platform/queue.ts'
import { type DueKind, dueRowsOf, openTicker, runDue, type Ticker } from './platform/ticker.ts'
import { engaged, keeping } from './reactions.ts'
import type { Database } from './schema.ts'
import type { Deps } from './web/deps.ts'

/** Every job that a clock starts, on one page; the most urgent first. */
export const jobs = (watch: Pick<Watch, 'wellFor'>, react: Workshop['react']): readonly DueJob[] => [
  expireOffers,
  offerTickets,
  expireEscalationOffers,
  offerEscalations,
  closeStuckCalls,
  watchCallbacks,
  deliverNotices,
  followPages,
  climbNotices,
  escalateToDepartment,
  stepUpEscalations,
  warnOfClocks,
  breachClocks,
  settleLateClocks,
  expireMeasures,
  trackPromises,
  trackFollowUp,
  lapseObligations,
  followConfirmations,
  expireSwaps,
  writeReminders,
  planMornings,
  writeDigests,
  writeBriefs,
  returnLost(watch),
  endShifts,
  closeAttendances,
  remindPeopleToCome,
  noteLatePeople,
  noteMissingPeople,
  noteAbsentPeople,
  noteOverdueSlips,
  askForPresence(engaged),
  noteUnansweredPresence,
  noteGonePeople,
  queueForms,
  closeResolved,
  reactAgainTo(react),
  openAppraisals,
  passStages,
  closeAppraisals,
  passReviews,
  passLateCases,
  tellUndecidedMeasures,
  tellUndecidedCommendations,
  anchorChain,
  tellMornings,
  writeCustomerLetters,
  writeVerifications,
  sendMail,
  writeTexts,
  sendTexts,
  fetchRecordings,
  forgetLinks,
  forgetFiles,
  remindOfRosters,
  freezeMonths,
  endOver(keeping),
  sendReports,
  countNights,
  keepSatisfaction,
  extendDemo,
]

/** Work of minutes, each with its own queue and on connections of its own. */
export const longJobs = (databaseUrl: string): readonly DueJob[] => [
  scoreAppraisals((_, id) => countAside(databaseUrl, id)),
  generateRoster,
]

type Workshop = {
  /** Who this process sees; undefined where it has no doors: it sees nobody, and so judges nobody's silence. */
  watch: Pick<Watch, 'wellFor'> | undefined
  /** On the connections for work, so that pages never wait for jobs. */
  deps: Deps
  long: Deps
  /** For programs apart, which open it themselves. */
  databaseUrl: string
  react: (feature: string, events: readonly HouseEvent[]) => Promise<void>
  lateness: Lateness
}

/** Workers for what the queues carry, and the ticker that puts it there. What fails for good rings at the duty manager. */
export function openTimetable({ deps, long, databaseUrl, react, watch, lateness }: Workshop): Ticker {
  const { queues, transact, log } = deps
  const kinds = new Map(
    [
      ...jobs(watch ?? { wellFor: () => false }, react).map((job) => job(deps)),
      ...longJobs(databaseUrl).map((job) => job(long)),
    ].map((kind): [string, DueKind<Database>] => [kind.kind, kind]),
  )
  // One alarm for one deadline, however often its job is tried again and dies.
  const dead = (job: QueuedJob): void => {
    const subjects = job.name === 'react' ? [job.id] : dueRowsOf(job).map(({ id }) => id)
    for (const subject of subjects)
      transact(system, (tx) => raiseAlarm(tx, 'job_failed', null, `${job.name} ${subject}`)).catch((error) =>
        log.error({ reason: String(error) }, 'a failed job could not be told'),
      )
  }
  queues.work('react', reactJob(react), dead)
  const act = async (job: QueuedJob): Promise<void> => {
    const kind = kinds.get(job.name)
    if (kind) await runDue(kind, dueRowsOf(job), { queues, clock: deps.clock, lateness })
  }
  queues.work('due', act, dead)
  queues.work('appraisal', act, dead)
  queues.work('roster', act, dead)
  return openTicker({ db: deps.db, clock: deps.clock, queues, kinds: [...kinds.values()], log, lateness })
}
