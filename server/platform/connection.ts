import type { Writable } from 'node:stream'
import { CompiledQuery, type DatabaseConnection, DummyDriver, Kysely, PostgresDialect, Transaction } from 'kysely'
import pg from 'pg'

/**
 * A connection that prepares what is asked often: to parse and plan one of our statements costs PostgreSQL more than to
 * run it. What is asked seldom, or with ever new texts, is not kept: each kept plan costs memory on each connection.
 */
export class PreparingClient extends pg.Client {
  private prepares = true
  private gathers = false

  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const write = this.query.bind(this) as Send
    const send: Send = (...args) => {
      this.gather()
      return write(...args)
    }
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

  /** What is asked for in one turn leaves in one packet: to hand it to the system costs more than to write it. */
  private gather(): void {
    const { stream } = (this as unknown as { connection: { stream: Partial<Writable> } }).connection
    if (this.gathers || !stream.cork || !stream.uncork) return
    this.gathers = true
    stream.cork()
    process.nextTick(() => {
      this.gathers = false
      stream.uncork?.()
    })
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
const MOST_NAMES = 800
const MOST_SEEN = 4000
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

/**
 * What is read together travels together: one connection, and one packet for what is asked for at once. Kysely's own
 * `connection()` asks for one thing after the other, and a page of the desk asks for twenty.
 */
export const onOneLine = <DB, T>(db: Kysely<DB>, read: (line: Kysely<DB>) => Promise<T>): Promise<T> =>
  db.isTransaction
    ? read(db)
    : db.getExecutor().provideConnection(async (connection) => {
        const { props, end } = propsOn(db, connection)
        try {
          return await read(new Kysely<DB>(props))
        } finally {
          end()
        }
      })

const BEGIN = CompiledQuery.raw('begin')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

/**
 * Runs an act in a transaction whose statements do not wait for one another: `begin` travels with the first of them, and
 * those that are asked for together (`Promise.all`) leave together, in that order. Kysely's own sends each when the one
 * before is answered, and on a busy machine the way there and back costs more than the statement. What the act has put
 * into `last` leaves with the commit, unanswered: locks are held no longer than the database needs.
 */
export const inTransaction = <DB, T>(
  db: Kysely<DB>,
  act: (trx: Transaction<DB>) => Promise<T>,
  last: readonly Promise<unknown>[] = [],
): Promise<T> =>
  db.getExecutor().provideConnection(async (connection) => {
    const { props, end } = propsOn(db, connection)
    const trx = new Transaction<DB>(props)
    // Where it fails the connection is lost, and the statement behind it says so.
    connection.executeQuery(BEGIN).catch(() => undefined)
    try {
      const result = await act(trx)
      end()
      await Promise.all([...last, commit(connection)])
      return result
    } catch (error) {
      end()
      await connection.executeQuery(ROLLBACK).catch(() => undefined) // a lost connection has rolled back by itself
      throw error
    }
  })

// PostgreSQL answers ROLLBACK where a statement had failed and nobody minded.
async function commit(connection: DatabaseConnection): Promise<void> {
  const { rows } = await connection.executeQuery<{ command: string }>(COMMIT)
  if (rows[0]?.command === 'ROLLBACK')
    throw new Error('a statement of this transaction had failed, nothing was committed')
}

/** Of something that asks on this connection alone, without waiting for the answer to what was asked before. */
function propsOn<DB>(db: Kysely<DB>, connection: DatabaseConnection) {
  let open = true
  const executor = db.getExecutor().withConnectionProvider({
    provideConnection: (consumer) => {
      if (!open) throw new Error('this connection has been given back')
      return consumer(connection)
    },
  })
  const end = (): void => {
    open = false
  }
  return { props: { executor, dialect, config: { dialect }, driver: new DummyDriver() }, end }
}
// What a transaction asks its dialect for besides queries, nothing of ours does.
const dialect = new PostgresDialect({ pool: () => Promise.reject(new Error('a transaction has its connection')) })
