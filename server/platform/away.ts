import { codeOf } from './transaction.ts'

/** The database is away or dying: by its code, or in the words of the driver where there is none. */
const AWAY = /^(ECONN|EPIPE|ETIMEDOUT|08|53300|57P0[123])/
const AWAY_IN_WORDS =
  /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/

/** Whether an error tells of a database that is away, and not of what was asked of it; of several, one is enough. */
export const isAway = (error: unknown): boolean =>
  AWAY.test(codeOf(error)) ||
  AWAY_IN_WORDS.test(String(error)) ||
  (error instanceof AggregateError && error.errors.some(isAway))

export type Patience = { readonly everyMilliseconds: number; readonly atMostMilliseconds: number }

/**
 * Runs something idempotent again for as long as the database is away: an outage is no failure of what met it, and uses
 * up none of its attempts. Gives up after `atMostMilliseconds`, and where `isOver` says that nobody waits any more.
 */
export async function whenBack<T>(
  run: () => Promise<T>,
  { everyMilliseconds, atMostMilliseconds }: Patience,
  isOver: () => boolean,
): Promise<T> {
  const end = performance.now() + atMostMilliseconds
  for (;;)
    try {
      return await run()
    } catch (error) {
      if (!isAway(error) || isOver() || performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, everyMilliseconds))
    }
}
