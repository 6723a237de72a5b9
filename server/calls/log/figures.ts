import { countdown } from '../../i18n/instants.ts'
import type { Figures } from './queries.ts'
import { share } from './rules.ts'

/** Figures as pages say them: shares in per cent, the median as minutes and seconds. */
export const wordedFigures = <F extends Figures>(figures: F) => ({
  ...figures,
  answeredShare: share(figures.answered, figures.rang),
  goalShare: share(figures.withinGoal, figures.rang),
  median: figures.medianSeconds === null ? null : countdown(figures.medianSeconds * 1000),
})
