import { randomUUID } from 'node:crypto'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { system } from '../../platform/actor.ts'
import type { Deps } from '../../web/deps.ts'
import { takeEvent } from '../actions.ts'
import { adapterOf, isSigned } from '../adapters/choice.ts'
import { fieldsOf, type Received, type Reply } from '../adapters/reading.ts'
import { insertEvent } from '../queries.ts'
import { type LineRow, noteHeard, noteRefused } from './queries.ts'

type House = Pick<Deps, 'db' | 'transact' | 'clock'>
export type Outcome =
  | { readonly status: 200; readonly reply: Reply }
  | { readonly status: 401 | 403; readonly why: 'address' | 'signature' | 'old' }

/**
 * One request of a line, whoever brings it: who it is from, what it says, and what the line is told. Whatever an
 * authenticated line sends is kept and answered 2xx, also what nobody can read: a line that hears an error sends again.
 */
export async function receive(
  { db, transact, clock }: House,
  line: LineRow,
  received: Received & { readonly address: string; readonly test?: boolean },
): Promise<Outcome> {
  const now = clock.now()
  const adapter = adapterOf(line.adapter)
  const why = received.test ? null : whyNotFrom(line.addresses, received.address)
  const unsigned = line.secret && isSigned(line.adapter) ? adapter.verify(received, line.secret) : null
  if (why ?? unsigned) {
    await noteRefused(db, line.id, why ?? unsigned ?? 'signature', now)
    return why ? { status: 403, why } : { status: 401, why: unsigned ?? 'signature' }
  }
  await noteHeard(db, line.id, now)
  const fields = fieldsOf(received.bytes)
  const events = fields ? adapter.parse(fields) : []
  if (events.length === 0) {
    const raw = fields ?? {
      body: received.bytes.toString('utf8').replaceAll('\u0000', '').toWellFormed().slice(0, 2000),
    }
    const outcome = fields ? 'nothing' : 'unreadable'
    await transact(system, (tx) =>
      insertEvent(tx, {
        lineId: line.id,
        key: `raw:${randomUUID()}`,
        name: outcome,
        outcome,
        at: now,
        digit: null,
        raw,
      }),
    )
  }
  const of = { id: line.id, ringSeconds: line.ring_seconds, recordingHosts: line.recording_hosts }
  let rejected = false
  for (const event of events) {
    const taken = await transact(system, (tx) =>
      takeEvent(tx, of, event, { raw: fields, test: received.test ?? false }),
    )
    rejected ||= taken.rejected && event.name === 'newCall'
  }
  return { status: 200, reply: adapter.reply(rejected) }
}

/** From one of the addresses that the administrator has named; from anywhere where none is. */
export function whyNotFrom(addresses: readonly string[], from: string): 'address' | null {
  if (addresses.length === 0) return null
  const list = new BlockList()
  for (const one of addresses) {
    const [address = '', bits] = one.split('/')
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : null
    const most = family === 'ipv4' ? 32 : 128
    const prefix = bits === undefined ? most : Number(bits)
    if (family && Number.isInteger(prefix) && prefix >= 0 && prefix <= most) list.addSubnet(address, prefix, family)
  }
  if (isIPv4(from)) return list.check(from, 'ipv4') ? null : 'address'
  return isIPv6(from) && list.check(from, 'ipv6') ? null : 'address'
}
