// The program that counts months (server/appraisal/freezing/aside.ts starts it): it is told which, and says when it is done.
import type { Told, Wanted } from './appraisal/freezing/aside.ts'
import { giveWay, sessionsGiveWay } from './platform/giving-way.ts'
import type { Database } from './schema.ts'

// Never without the program that started it: what is not committed was never counted.
process.once('disconnect', () => process.exit(0))
// Before anything is loaded: that alone takes as long as ten pages.
giveWay('seldom')
const count = load()
process.on('message', ({ wish, databaseUrl, monthId }: Wanted) => {
  const tell = (told: Told): void => void process.send?.(told)
  count
    .then((of) => of(databaseUrl)(monthId))
    .then(
      () => tell({ wish }),
      (error) => tell({ wish, failed: String(error) }),
    )
})

async function load() {
  const [{ countMonth }, { evidence }, { openDatabase, openPool }, { buildTransact }, { systemClock }] =
    await Promise.all([
      import('./appraisal/freezing/actions.ts'),
      import('./reactions.ts'),
      import('./platform/database.ts'),
      import('./platform/transaction.ts'),
      import('./platform/clock.ts'),
    ])
  const houses = new Map<string, Parameters<typeof countMonth>[0]>()
  const houseOn = (databaseUrl: string) => {
    const known = houses.get(databaseUrl)
    if (known) return known
    const pool = openPool(databaseUrl, { max: 2, kind: 'long' })
    sessionsGiveWay(pool)
    const db = openDatabase<Database>(pool)
    // Whoever looks on hears of it from the relay, within a second.
    const house = { db, transact: buildTransact<Database>({ db, clock: systemClock, onCommit: () => undefined }) }
    houses.set(databaseUrl, house)
    return house
  }
  return (databaseUrl: string) => (monthId: Wanted['monthId']) => countMonth(houseOn(databaseUrl), monthId, evidence)
}
