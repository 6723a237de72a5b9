import net from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { system } from '../../server/platform/actor.ts'
import { inTransaction, onOneLine } from '../../server/platform/connection.ts'
import { openDatabase, openPool, withDatabase } from '../../server/platform/database.ts'
import { buildTransact } from '../../server/platform/transaction.ts'
import { handSetClock } from '../support/clock.ts'
import { administer } from '../support/database.ts'

type Lamps = { lamps: { id: number; place: string } }

const name = `connection_${process.pid}`
const open = (max: number) =>
  openDatabase<Lamps>(openPool(withDatabase(inject('databaseUrl'), name), { max, kind: 'web' }))
let db: ReturnType<typeof open>

beforeAll(() => administer(`create database ${name}`))
afterAll(() => administer(`drop database ${name} with (force)`))
beforeEach(async () => {
  db = open(1)
  await sql`drop table if exists lamps; create table lamps (id integer, place text)`.execute(db)
  await sql`insert into lamps values (1, 'gate'), (2, 'hall')`.execute(db)
  return () => db.destroy()
})

const lamp = (id: number) => db.selectFrom('lamps').selectAll().where('id', '=', id)
const often = async () => {
  for (let time = 0; time < 40; time++) await lamp(1).execute()
}

test('what is asked often is prepared, what is asked once is not', async () => {
  await db.selectFrom('lamps').select('id').where('place', '=', 'hall').execute()
  await often()
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)
  expect(rows.map(({ statement }) => statement)).toEqual([lamp(1).compile().sql])
})

test('a migration that widens a table breaks no statement that was prepared before', async () => {
  await often()
  await sql`alter table lamps add column lit boolean not null default true`.execute(db)
  expect(await lamp(2).execute()).toEqual([{ id: 2, place: 'hall', lit: true }])
})

test('within a transaction the whole act is repeated', async () => {
  await often()
  await sql`alter table lamps add column lit boolean not null default true`.execute(db)
  const transact = buildTransact({ db, clock: handSetClock(), onCommit: () => undefined })
  const seen = await transact(system, (tx) => tx.db.selectFrom('lamps').selectAll().where('id', '=', 1).execute())
  expect(seen).toEqual([{ id: 1, place: 'gate', lit: true }])
})

test('what fails in a transaction undoes all of it, and the connection goes on', async () => {
  const transact = buildTransact({ db, clock: handSetClock(), onCommit: () => undefined })
  const failing = transact(system, async (tx) => {
    await tx.db.deleteFrom('lamps').execute()
    await sql`select 1 / 0`.execute(tx.db)
  })
  await expect(failing).rejects.toThrow('division by zero')
  expect(await db.selectFrom('lamps').selectAll().execute()).toHaveLength(2)
})

/** How often something was handed to the network while it ran. */
async function packetsOf(act: () => Promise<unknown>): Promise<number> {
  const lines = vi.spyOn(net.Socket.prototype, '_write')
  const packets = vi.spyOn(net.Socket.prototype as never as { _writev: () => void }, '_writev')
  try {
    await act()
    return lines.mock.calls.length + packets.mock.calls.length
  } finally {
    lines.mockRestore()
    packets.mockRestore()
  }
}

test('what is asked for at once leaves in one packet, on a line and in a transaction', async () => {
  const three = (line: typeof db) =>
    Promise.all([1, 2, 3].map((id) => line.selectFrom('lamps').select('place').where('id', '=', id).execute()))
  await onOneLine(db, three)
  expect(await packetsOf(() => onOneLine(db, three))).toBe(1)
  // The commit goes by itself: it must know whether all of them went well.
  expect(await packetsOf(() => inTransaction(db, three))).toBe(2)
  expect(await onOneLine(db, three)).toEqual([[{ place: 'gate' }], [{ place: 'hall' }], []])
})

test('of what is asked for at once on a line one may fail: the others are answered, and the line goes on', async () => {
  const asked = await onOneLine(db, (line) =>
    Promise.allSettled([lampOn(line, 1), sql`select 1 / 0`.execute(line), lampOn(line, 2)]),
  )
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await lamp(2).execute()).toEqual([{ id: 2, place: 'hall' }])
})

test('a line that has been given back answers nobody', async () => {
  const line = await onOneLine(db, (one) => Promise.resolve({ one }))
  await expect(lampOn(line.one, 1)).rejects.toThrow('given back')
})

const lampOn = (line: typeof db, id: number) => line.selectFrom('lamps').select('place').where('id', '=', id).execute()
