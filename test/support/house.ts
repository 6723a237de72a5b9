import { afterAll, beforeAll } from 'vitest'
import type { HandSetClock } from './clock.ts'
import type { testDatabase } from './database.ts'
import { type House, openHouse, type QuietHouse, startServer } from './server.ts'

type TestDatabase = ReturnType<typeof testDatabase>

/** The house of a test file, open in its tests and hooks and closed behind them. */
export const testHouse = (database: TestDatabase, clock: HandSetClock): QuietHouse =>
  whileTesting(() => openHouse(database, clock))

/** The same, listening: for sockets, browsers and clients of the protocol. */
export const testServer = (database: TestDatabase, clock: HandSetClock): House =>
  whileTesting(() => startServer(database, clock))

function whileTesting<Open extends QuietHouse>(open: () => Promise<Open>): Open {
  let house: Open | undefined
  beforeAll(async () => {
    house = await open()
  })
  afterAll(() => house?.close())
  const opened = (): Open => {
    if (!house) throw new Error('the house is open inside tests and hooks only')
    return house
  }
  return new Proxy({} as Open, {
    get: (_, part) => opened()[part as keyof Open],
    // So that it can be spread.
    ownKeys: () => Reflect.ownKeys(opened()),
    getOwnPropertyDescriptor: (_, part) => Reflect.getOwnPropertyDescriptor(opened(), part),
  })
}
