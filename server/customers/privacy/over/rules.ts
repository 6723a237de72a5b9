import { localOf } from '../../../kernel/time.ts'

/** By day, when few are at work: a run erases for minutes where much is due. */
export const RUN_TIME = '13:00'
/** Of each kind in one run; what is left comes with the next. */
export const MOST_A_RUN = 1000
/** In one transaction. */
export const A_BATCH = 100

/** The day whose run is due now; null before its time. */
export function runDue(now: Date, zone: string): string | null {
  const { date, time } = localOf(now, zone)
  return time >= RUN_TIME ? date : null
}
