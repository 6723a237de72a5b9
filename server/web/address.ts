import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'
import type { Context } from 'hono'
import type { Config } from '../config.ts'
import type { Env } from './env.ts'

type Trust = Pick<Config, 'isTrustedProxy'>
type Place = Pick<Config, 'isTrustedProxy' | 'publicUrl'>
export type Peer = {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingMessage['headers']
}

/** Where a request comes from, as far as we can believe it; an empty text where there is no connection (tests). */
export function clientAddress(c: Context<Env>, trust: Trust): string {
  const peer = peerOf(c)
  return peer ? addressOf(peer, trust) : ''
}

/** By https: as the company says it is reached, or as a proxy of ours says that this request came. */
export function isSecure(c: Context<Env>, place: Place): boolean {
  const peer = peerOf(c)
  if (new URL(c.req.url).protocol === 'https:') return true
  return peer ? isSecurePeer(peer, place) : place.publicUrl.startsWith('https:')
}

/** The same for whoever speaks to us over a line. */
export const isSecurePeer = ({ socket, headers }: Peer, { isTrustedProxy, publicUrl }: Place): boolean =>
  publicUrl.startsWith('https:') ||
  (isTrustedProxy(socket.remoteAddress ?? '') && headers['x-forwarded-proto'] === 'https')

/** Who speaks to us; undefined where there is no connection (tests). */
export const peerOf = (c: Context<Env>): Peer | undefined => ((c.env ?? {}) as { incoming?: Peer }).incoming

/** The last hop that is not a proxy of ours: everything before it in `X-Forwarded-For` is only what somebody wrote there. */
export function addressOf(peer: Peer, { isTrustedProxy }: Trust): string {
  const hops = hopsOf(peer)
  return hops.findLast((hop, index) => index === 0 || !isTrustedProxy(hop)) ?? ''
}

/** Every address that a request is said to have come through, the one that speaks to us last. */
export function hopsOf({ socket, headers }: Peer): string[] {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  return [...forwarded.map(plain).filter(Boolean), plain(socket.remoteAddress ?? '')]
}

/** Whether an address belongs to this machine or to a network that is not the internet (RFC 1918, 3927, 4193, 6598). */
export function isNear(address: string): boolean {
  if (isIPv4(address))
    return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      address,
    )
  return isIPv6(address) && /^(::1$|f[cd]|fe[89ab])/i.test(address)
}

/**
 * The range that an address belongs to: a /24 of IPv4, a /56 of IPv6; undefined where it says nothing about who asks: no
 * connection, this machine, or a proxy that nobody told us of.
 */
export function rangeOf(peer: Peer, trust: Trust): string | undefined {
  const from = addressOf(peer, trust)
  const hops = hopsOf(peer)
  if (hops.length > 1 && from === hops.at(-1) && isNear(from)) return undefined
  return rangeKey(from)
}

/** `192.0.2` or `20010db8000001`: 24 bits, or 56 as hexadecimal digits. */
export function rangeKey(address: string): string | undefined {
  if (isIPv4(address)) return address.startsWith('127.') ? undefined : address.split('.').slice(0, 3).join('.')
  if (!isIPv6(address) || address === '::1') return undefined
  const groups = addressKey(address.toLowerCase()).split(':')
  return groups
    .map((group) => group.padStart(4, '0'))
    .join('')
    .slice(0, 14)
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
