export const LATE = [
  'late.correction',
  'late.case',
  'late.excuse',
  'late.obligation',
  'late.rating',
  'late.record',
] as const
/** Why a version was made by nobody's hand: a key of `appraisal`, never words. */
export type Late = (typeof LATE)[number]
export const isLate = (why: string | null): why is Late => LATE.some((one) => one === why)
