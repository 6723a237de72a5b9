import { HOUR } from '../server/kernel/time.ts'
import { anchorHead, headToAnchor } from '../server/platform/chain.ts'
import { dueJob } from './due-job.ts'

/** Each hour in which something happened: where the chain of events stands, written down outside of the database (RELIABILITY 21). Repeats safely. */
export const anchorChain = dueJob(
  'anchor-chain',
  async (db, now) => ((await headToAnchor(db, now)) ? [{ id: 'head', version: Math.floor(now.getTime() / HOUR) }] : []),
  ({ db, clock, config, log }) =>
    () =>
      anchorHead(db, { dataDir: config.dataDir, now: clock.now(), log }),
)
