import type { LineAdapter } from '../../events/calls.ts'
import { cti } from './cti.ts'
import { kamailio } from './kamailio.ts'
import { moor } from './moor.ts'
import type { Adapter } from './reading.ts'
import { twilio } from './twilio.ts'

export const ADAPTERS = ['cti', 'kamailio', 'twilio', 'moor'] as const satisfies readonly LineAdapter[]
const BY_NAME: Readonly<Record<LineAdapter, Adapter>> = { cti, kamailio, twilio, moor }
export const adapterOf = (name: LineAdapter): Adapter => BY_NAME[name]
/** A form push cannot be signed: its address is its only key. */
export const isSigned = (name: LineAdapter): boolean => name !== 'moor'
