// `npm run seed`: the demo company into the configured database, where nobody works yet. Twice is once.
import { readConfig } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { openLog } from '../platform/log.ts'
import { StartError } from '../platform/start-error.ts'
import { openStore } from '../platform/store.ts'
import { buildTransact } from '../platform/transaction.ts'
import { evidence } from '../reactions.ts'
import type { Database } from '../schema.ts'
import { tellAppraisals } from './demo/appraised.ts'
import { announceDemo, seedDemo } from './demo/load.ts'
import { tellMailed } from './demo/mailed.ts'
import { draftNextMonth } from './demo/months.ts'
import { tellPast } from './demo/past.ts'

try {
  const config = readConfig()
  if (config.demo) await seed(config)
  else console.log('Nothing was seeded: DEMO is off, or NODE_ENV is production.')
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}

async function seed(config: ReturnType<typeof readConfig>): Promise<void> {
  const { databaseUrl, dataDir } = config
  const store = await openStore<Database>({ databaseUrl, dataDir, log: openLog('info') })
  try {
    const transact = buildTransact({ db: store.work, clock: systemClock, onCommit: () => undefined })
    const movedIn = await seedDemo({ transact, config })
    console.log(movedIn ? 'The demo company has moved in.' : 'Somebody works here already: nothing was seeded.')
    await draftNextMonth({ transact, config })
    await tellPast({ transact, config })
    await tellMailed({ transact, config })
    await tellAppraisals({ transact, config }, evidence)
    if (movedIn) await announceDemo({ db: store.work, clock: systemClock, config })
  } finally {
    await store.close()
  }
}
