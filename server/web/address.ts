import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Context } from 'hono'
import type { Config } from '../config.ts'
import type { Env } from './env.ts'

type Trust = Pick<Config, 'isTrustedProxy'>
type Peer = {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingMessage['headers']
}

/** Where a request comes from, as far as we can believe it; an empty text where there is no connection (tests). */
export function clientAddress(c: Context<Env>, trust: Trust): string {
  const { incoming } = (c.env ?? {}) as { incoming?: Peer }
  return incoming ? addressOf(incoming, trust) : ''
}

/** The last hop that is not a proxy of ours: everything before it in `X-Forwarded-For` is only what somebody wrote there. */
export function addressOf({ socket, headers }: Peer, { isTrustedProxy }: Trust): string {
  const peer = plain(socket.remoteAddress ?? '')
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  const hops = [...forwarded.map(plain).filter(Boolean), peer]
  return hops.findLast((hop, index) => index === 0 || !isTrustedProxy(hop)) ?? peer
}

/** What a limit counts by: one IPv4 address, or the /64 that a household or a server has of IPv6. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0')
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':')
}

// A listener on both families shows an IPv4 peer as ::ffff:192.0.2.1.
const plain = (address: string): string => address.trim().replace(/^::ffff:(?=\d+\.)/i, '')
