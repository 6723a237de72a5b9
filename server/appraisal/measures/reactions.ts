import type { Reactions } from '../../platform/reactions.ts'
import { grantAward, revokeAward } from '../../recognition/actions.ts'
import type { Database } from '../../schema.ts'
import { getMeasure } from './queries.ts'

/** An award that the group has decided is a commendation like any other: on the wall, if the person lets it (rows 54 and 71), as long as the measure stands. */
export const measureReactions: Reactions<Database> = {
  feature: 'measures',
  on: {
    'measure.decided': async (tx, { measureId, kind, outcome, staffId, by }) => {
      if (kind !== 'award' || outcome !== 'decided') return
      const { why, decision, appraisalId, editedBy, withdrawnAt } = await getMeasure(tx.db, measureId)
      // It fell before its decision was heard.
      if (withdrawnAt) return
      const link = `/appraisal/${appraisalId}`
      await grantAward(tx, { measureId, staffId, words: why, link, checkedBy: editedBy, by, why: decision })
    },
    'measure.withdrawn': async (tx, { measureId, kind, by }) => {
      if (kind !== 'award') return
      await revokeAward(tx, { measureId, by, why: (await getMeasure(tx.db, measureId)).withdrawal })
    },
    'measure.reviewed': async (tx, { measureId, kind, outcome, by }) => {
      if (kind !== 'award' || outcome !== 'lifted') return
      await revokeAward(tx, { measureId, by, why: (await getMeasure(tx.db, measureId)).review })
    },
  },
}
