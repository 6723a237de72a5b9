import type { Cause } from '../rules.ts'
import { cti, parseCti } from './cti.ts'
import { type Adapter, type Fields, textOf } from './reading.ts'

/** What a proxy knows of how a call ended is the last answer of SIP (RFC 3261). */
const CAUSES_OF: Readonly<Record<string, Cause>> = {
  '200': 'normalClearing',
  '404': 'notFound',
  '408': 'noAnswer',
  '480': 'noAnswer',
  '486': 'busy',
  '487': 'cancel',
  '600': 'busy',
  '603': 'busy',
  '302': 'forwarded',
}

/** The events of generic CTI, with addresses of SIP for numbers and its answer for the cause. */
export function parseKamailio(fields: Fields): ReturnType<typeof parseCti> {
  const status = textOf(fields, 'sipStatus')
  const cause = status === '' ? null : (CAUSES_OF[status] ?? 'congestion')
  return parseCti(fields).map((one) => (one.name === 'hangup' && cause ? { ...one, cause } : one))
}

export const kamailio: Adapter = { ...cti, parse: parseKamailio }
