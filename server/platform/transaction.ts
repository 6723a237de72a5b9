import { type Kysely, sql, type Transaction } from 'kysely'
import type { EventName, Events } from '../events/event.ts'
import { type Actor, nameOf } from './actor.ts'
import type { Clock } from './clock.ts'
import { inTransaction } from './connection.ts'

export type Reader<DB> = Kysely<DB>

/** What was announced in a transaction, told to the house after its commit. */
export type Announcement = {
  readonly id: string
  readonly name: EventName
  readonly payload: Events[EventName]
  readonly about: readonly string[]
}

/** Something that goes to a live room as it is, after the commit: a message, a typing sign. */
export type Spoken = {
  readonly namespace: '/chat' | '/desk'
  readonly room: string
  readonly event: string
  readonly data: unknown
}

export type Tx<DB> = {
  readonly db: Transaction<DB>
  readonly actor: Actor
  /** The instant of this transaction; the only `now` that business code knows. */
  readonly now: Date
  readonly announced: Announcement[]
  readonly spoken: Spoken[]
  /** Statements whose answers nobody needs (`sendLast`): at the end of an act they leave together with the commit. */
  readonly last: Promise<unknown>[]
}

/** Runs one act in one transaction; tells of it after the commit. */
export type Transact<DB> = <T>(actor: Actor, act: (tx: Tx<DB>) => Promise<T>, writes?: Writes) => Promise<T>

/**
 * How an act writes. With `one statement` that statement is the transaction: no `begin` and no `commit` go over the wire,
 * and a second one would stand alone. For what is called a thousand times a second and is one function in the database.
 */
export type Writes = 'whole' | 'one statement'

type Told = Pick<Tx<unknown>, 'announced' | 'spoken' | 'actor' | 'last'>
type Options<DB> = { db: Kysely<DB>; clock: Clock; onCommit: (told: Told) => void }

// Deadlock, serialisation, a lost server, a plan older than a migration: repeated whole, because every act is idempotent
// or rolled back (RELIABILITY 12).
const REPEATABLE = /^(40001|40P01|08...|57P0[123]|0A000)$/
const ATTEMPTS = 3

export const buildTransact =
  <DB>({ db, clock, onCommit }: Options<DB>): Transact<DB> =>
  async (actor, act, writes = 'whole') => {
    for (let attempt = 1; ; attempt++) {
      const told: Told = { announced: [], spoken: [], last: [], actor }
      try {
        const now = clock.now()
        const result = await (writes === 'whole'
          ? inTransaction(db, (trx) => act({ db: trx, now, ...told }), told.last)
          : act({ db: db as Transaction<DB>, now, ...told }))
        onCommit(told)
        return result
      } catch (failure) {
        // Behind a statement that was sent and failed every other one fails too: the first of them says why.
        const error = (await firstFailure(told.last)) ?? failure
        if (attempt >= ATTEMPTS || !REPEATABLE.test(codeOf(error))) throw error
        await new Promise((resolve) => setTimeout(resolve, attempt * 20 * (1 + Math.random())))
      }
    }
  }

const firstFailure = async (sent: readonly Promise<unknown>[]): Promise<unknown> =>
  (await Promise.allSettled(sent)).find((one) => one.status === 'rejected')?.reason

/** The SQLSTATE of a database error, or an empty text. */
export const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** The name of the constraint that refused, or an empty text. */
export const constraintOf = (error: unknown): string => {
  const constraint = (error as { constraint?: unknown } | null)?.constraint
  return typeof constraint === 'string' ? constraint : ''
}

/**
 * Writes the event and its outbox row in the act's own transaction. `about` names live topics: pages that show them
 * fetch themselves anew after the commit.
 */
export async function announce<Name extends EventName, DB>(
  tx: Tx<DB>,
  name: Name,
  payload: Events[Name],
  { about }: { about: readonly string[] },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    with event as (
      insert into events (at, name, actor, payload)
      values (${tx.now}, ${name}, ${nameOf(tx.actor)}, ${JSON.stringify(payload)}::jsonb) returning id
    ), posted as (
      insert into outbox (event_id, about, at) select id, ${[...about]}::text[], ${tx.now} from event
    )
    select id from event`.execute(tx.db)
  const [event] = rows
  if (!event) throw new Error(`the event ${name} was not written`)
  tx.announced.push({ id: event.id, name, payload, about })
}

/** One of several things that happened at once. */
export type Announcing = {
  [Name in EventName]: { readonly name: Name; readonly payload: Events[Name]; readonly about: readonly string[] }
}[EventName]

/** The same for several, in their order, in one statement. */
export async function announceAll<DB>(tx: Tx<DB>, happened: readonly Announcing[]): Promise<void> {
  const { rows } = await insertEvents(tx, happened)
  happened.forEach((one, at) => {
    const id = rows[at]?.id
    if (!id) throw new Error(`the event ${one.name} was not written`)
    tx.announced.push({ id, ...one })
  })
}

/** The same without waiting for the answer: it is there when the transaction has committed, and told then. */
export const announceLast = <DB>(tx: Tx<DB>, happened: readonly Announcing[]): void =>
  sendLast(tx, announceAll(tx, happened))

const insertEvents = <DB>(tx: Tx<DB>, happened: readonly Announcing[]) =>
  sql<{ id: string }>`
    with given as materialized (
      select nextval('events_id_seq') as id, name, payload, about
      from jsonb_to_recordset(${JSON.stringify(happened)}::jsonb) as given (name text, payload jsonb, about jsonb)
    ), event as (
      insert into events (id, at, name, actor, payload) overriding system value
      select id, ${tx.now}, name, ${nameOf(tx.actor)}, payload from given
    ), posted as (
      insert into outbox (event_id, about, at)
      select id, array(select jsonb_array_elements_text(about)), ${tx.now} from given
    )
    select id from given order by id`.execute(tx.db)

/** Sends a statement whose answer the act does not need, before whatever follows it; where it fails the transaction fails. */
export function sendLast<DB>(tx: Tx<DB>, statement: Promise<unknown>): void {
  statement.catch(() => undefined) // whoever commits hears of it
  tx.last.push(statement)
}

/** Says something to a live room once the transaction has committed. */
export const speak = <DB>(tx: Tx<DB>, spoken: Spoken): void => {
  tx.spoken.push(spoken)
}
