import type { Reactions } from '../../platform/reactions.ts'
import { grantAward } from '../../recognition/actions.ts'
import type { Database } from '../../schema.ts'
import { getMeasure } from './queries.ts'

/** An award that the group has decided is a commendation like any other: on the wall, if the person lets it (rows 54 and 71). */
export const measureReactions: Reactions<Database> = {
  feature: 'measures',
  on: {
    'measure.decided': async (tx, { measureId, kind, outcome, staffId, by }) => {
      if (kind !== 'award' || outcome !== 'decided') return
      const { why, decision, appraisalId, editedBy } = await getMeasure(tx.db, measureId)
      const link = `/appraisal/${appraisalId}`
      await grantAward(tx, { staffId, words: why, link, checkedBy: editedBy, by, why: decision })
    },
  },
}
