import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect } from 'vitest'
import { type HandSetClock, TWO_FOURTEEN } from './clock.ts'
import { type Asked, aQuestion, call, newVisitor, openLine } from './customer.ts'
import type { testDatabase } from './database.ts'
import { publishTerms } from './people.ts'
import type { House } from './server.ts'

type Asking = {
  readonly database: ReturnType<typeof testDatabase>
  readonly house: House
  readonly clock: HandSetClock
}

/** A customer who has asked, anew for each test; and whether what they do next changes anything. */
export function customerWhoAsked({ database, house, clock }: Asking) {
  const here = {} as { token: string; ticket: string }
  const lines: Socket[] = []
  beforeEach(async () => {
    clock.set(TWO_FOURTEEN)
    await publishTerms(database.db, clock.now())
    here.token = await newVisitor(house.url)
    const asked = await call<Asked>(house.url, 'POST', '/tickets', { token: here.token, body: aQuestion() })
    here.ticket = asked.body.ticket.id
  })
  afterEach(async () => {
    for (const line of lines.splice(0)) line.disconnect()
    expect((await fetch(`${house.url}/api/v1/desk`)).status, 'the process lives').toBe(200)
  })

  /** Everything that a customer's call could change. */
  async function everything(): Promise<string> {
    const rows = await Promise.all([
      database.db.selectFrom('tickets').selectAll().orderBy('id').execute(),
      database.db.selectFrom('messages').selectAll().orderBy('id').execute(),
      database.db.selectFrom('customers').selectAll().orderBy('id').execute(),
      database.db.selectFrom('contacts').selectAll().orderBy('id').execute(),
      database.db.selectFrom('marks').selectAll().execute(),
      database.db.selectFrom('ratings').selectAll().execute(),
      database.db.selectFrom('request_links').selectAll().execute(),
      database.db.selectFrom('events').select('id').orderBy('id').execute(),
    ])
    return JSON.stringify(rows)
  }
  return Object.assign(here, {
    changesNothing: async <T>(what: () => Promise<T>): Promise<T> => {
      const before = await everything()
      const result = await what()
      expect(await everything(), 'nothing changed').toBe(before)
      return result
    },
    /** A line of theirs, cut when the test is over. */
    openLine: (headers?: Record<string, string>): Socket => {
      const socket = openLine(house.url, { token: here.token }, headers)
      lines.push(socket)
      return socket
    },
  })
}
