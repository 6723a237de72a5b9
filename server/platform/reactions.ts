import { type Kysely, sql } from 'kysely'
import type { EventName, Events, HouseEvent } from '../events/event.ts'
import { system } from './actor.ts'
import type { Log } from './log.ts'
import type { PlatformTables } from './tables.ts'
import type { Transact, Tx } from './transaction.ts'

/** What a feature does when others announce. `feature` is part of the key that makes twice once. */
export type Reactions<DB> = {
  readonly feature: string
  readonly on: { readonly [Name in EventName]?: (tx: Tx<DB>, payload: Events[Name]) => Promise<void> }
}

type Options<DB> = { db: Kysely<DB>; transact: Transact<DB>; reactions: readonly Reactions<DB>[]; log: Log }

/** Runs a feature's reactions to a batch of events in one transaction; one by one where the batch fails. */
export const buildReact =
  <DB extends PlatformTables>({ transact, reactions, log }: Options<DB>) =>
  async (feature: string, events: readonly HouseEvent[]): Promise<void> => {
    const mine = reactions.find((one) => one.feature === feature)
    if (!mine) return
    try {
      await transact(system, async (tx) => {
        for (const event of events) await reactOnce(tx, mine, event)
      })
    } catch (error) {
      log.warn({ feature, events: events.length, reason: String(error) }, 'batch of reactions failed, going one by one')
      const failed: unknown[] = []
      for (const event of events)
        await transact(system, (tx) => reactOnce(tx, mine, event)).catch((reason) => failed.push(reason))
      if (failed.length > 0) throw failed[0]
    }
  }

/** The names each feature listens to. */
export const listeners = <DB>(reactions: readonly Reactions<DB>[], name: EventName): string[] =>
  reactions.filter((one) => one.on[name]).map((one) => one.feature)

// The key goes in with the effect: no row inserted means it was done before (RELIABILITY 7).
async function reactOnce<DB>(tx: Tx<DB>, mine: Reactions<DB>, event: HouseEvent): Promise<void> {
  const handle = mine.on[event.name] as ((tx: Tx<DB>, payload: Events[EventName]) => Promise<void>) | undefined
  if (!handle) return
  const { rows } = await sql`
    insert into processed (key, at) values (${`${mine.feature}:${event.id}`}, ${tx.now})
    on conflict do nothing returning key`.execute(tx.db)
  if (rows.length > 0) await handle(tx, event.payload)
}
