import { type DatabaseConnection, type Driver, PostgresDialect, PostgresDriver, type TransactionSettings } from 'kysely'
import pg from 'pg'

/**
 * A connection that prepares what is asked often: to parse and plan one of our statements costs PostgreSQL more than to
 * run it. What is asked seldom, or with ever new texts, is not kept: each kept plan costs memory on each connection.
 */
export class PreparingClient extends pg.Client {
  private prepares = true

  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const send = this.query.bind(this) as Send
    this.query = ((text: unknown, values?: unknown, ...rest: unknown[]) => {
      if (
        !this.prepares ||
        typeof text !== 'string' ||
        !Array.isArray(values) ||
        values.length === 0 ||
        rest.length > 0
      )
        return send(text, values, ...rest)
      const name = nameOf(text)
      return name ? this.again(send, { name, text, values }) : send(text, values)
    }) as typeof this.query
  }

  /** A migration changed what a kept plan returns: from then on this connection goes without, and asks again where it may. */
  private async again(send: Send, config: { name: string; text: string; values: unknown[] }): Promise<unknown> {
    try {
      return await send(config)
    } catch (error) {
      if ((error as { code?: string }).code !== STALE_PLAN) throw error
      this.prepares = false
      if (this.getTransactionStatus() !== 'I') throw error // the whole transaction is repeated
      return send(config.text, config.values)
    }
  }
}
type Send = (...args: unknown[]) => Promise<unknown>

const STALE_PLAN = '0A000'
const OFTEN = 20
const MOST_NAMES = 300
const MOST_SEEN = 2000
const names = new Map<string, string>()
const seen = new Map<string, number>()

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known || names.size === MOST_NAMES) return known
  const times = (seen.get(text) ?? 0) + 1
  if (seen.size === MOST_SEEN) seen.clear()
  seen.set(text, times)
  if (times < OFTEN) return undefined
  seen.delete(text)
  const name = `s${names.size}`
  names.set(text, name)
  return name
}

/** Kysely's own, but a transaction begins without waiting: `begin` and the first statement travel together. */
export class EagerDialect extends PostgresDialect {
  readonly pool: pg.Pool
  constructor(pool: pg.Pool) {
    super({ pool })
    this.pool = pool
  }
  override createDriver(): Driver {
    return new EagerDriver({ pool: this.pool })
  }
}

class EagerDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    // Where it fails the connection is lost, and the statement behind it says so.
    super.beginTransaction(connection, settings).catch(() => undefined)
  }
}
