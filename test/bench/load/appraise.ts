// The count of a month in a process of its own, as the product starts it: how long it took.
import { countAside } from '../../../server/appraisal/freezing/aside.ts'
import { openMonth } from '../../../server/appraisal/months/actions.ts'
import { findMonth } from '../../../server/appraisal/months/queries.ts'
import { system } from '../../../server/platform/actor.ts'
import { systemClock } from '../../../server/platform/clock.ts'
import { openDatabase, openPool } from '../../../server/platform/database.ts'
import { buildTransact } from '../../../server/platform/transaction.ts'
import type { Database } from '../../../server/schema.ts'
import { ASKED, FORGOTTEN, UNHURRIED } from '../appraisal-company.ts'
import { beWorker } from '../child.ts'
import { fill } from '../company.ts'

type Setup = { readonly url: string; readonly month: string; readonly zone: string }
export type AppraiseJob = { readonly does: 'open' } | { readonly does: 'count' }
export type AppraiseRun = { readonly milliseconds: number; readonly people: number }

beWorker(async ({ url, month, zone }: Setup) => {
  const db = openDatabase<Database>(openPool(url, { max: 4, kind: 'long' }))
  const transact = buildTransact<Database>({ db, clock: systemClock, onCommit: () => undefined })
  const monthId = async () => {
    const found = await findMonth(db, month)
    if (!found) throw new Error(`${month} is not open`)
    return found.id
  }
  return async ({ does }: AppraiseJob): Promise<AppraiseRun> => {
    if (does === 'open') {
      await transact(system, (tx) => openMonth(tx, month, zone))
      await fill(url, [UNHURRIED])
    } else await fill(url, [...FORGOTTEN, ASKED])
    const start = performance.now()
    if (does === 'count') await countAside(url, await monthId())
    const milliseconds = performance.now() - start
    const { count } = await db
      .selectFrom('appraisals')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('result', 'is not', null)
      .executeTakeFirstOrThrow()
    return { milliseconds, people: Number(count) }
  }
})
