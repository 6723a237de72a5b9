import { randomUUID } from 'node:crypto'
import type { StaffId } from '../../kernel/ids.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import { adapterOf } from '../adapters/choice.ts'
import { event, type LineEvent } from '../adapters/reading.ts'
import { extensionOf, type LineRow } from './queries.ts'
import { receive } from './receiving.ts'
import type { TestPlay } from './rules.ts'

/** Nobody has it: of the numbers that are kept for books and films. */
export const TEST_NUMBER = '+8613800000000'

/**
 * A call's events, written as this kind of line writes them, signed as it signs them, and taken in by the very door that
 * the line uses. A test counts in no figure and owes nobody a call.
 */
export async function playCall(
  deps: Deps,
  line: LineRow,
  { play, by, number = TEST_NUMBER, test = true }: { play: TestPlay; by: StaffId; number?: string; test?: boolean },
): Promise<void> {
  const adapter = adapterOf(line.adapter)
  const now = deps.clock.now()
  const url = `${deps.config.publicUrl}/api/v1/cti/test`
  const user = (await extensionOf(deps.db, by)) ?? by
  for (const one of eventsOf(play, { number, line, user, now })) {
    const written = adapter.write(one, { url, secret: line.secret, now })
    const bytes = Buffer.from(written.body)
    const header = (name: string) => written.headers[name.toLowerCase()]
    // Only a test is let in without an address: it comes from nowhere.
    await receive(deps, test ? line : { ...line, addresses: [] }, { header, bytes, url, now, address: '', test })
  }
}

type Of = { number: string; line: LineRow; user: string; now: Date }
function eventsOf(play: TestPlay, { number, line, user, now }: Of): LineEvent[] {
  const callKey = `test-${randomUUID()}`
  const base = { callKey, direction: 'in' as const, from: number, to: line.number }
  const ago = (seconds: number): Date => plus(now, -seconds * SECOND)
  if (play === 'ring') return [event({ ...base, name: 'newCall', at: now })]
  const rang = event({ ...base, name: 'newCall', at: ago(30) })
  if (play === 'missed') return [rang, event({ ...base, name: 'hangup', cause: 'cancel', at: ago(2) })]
  return [
    rang,
    event({ ...base, name: 'answer', answeredUser: user, at: ago(22) }),
    event({ ...base, name: 'hangup', cause: 'normalClearing', answeredUser: user, at: ago(1) }),
  ]
}
