import { lookup as lookUp } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net'

/** One request to an address that somebody has typed, or that a browser has named. */
export type Ask = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** How it ended. `began`: the body may have arrived, so nobody knows what became of it. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'failed'; readonly error: string; readonly began: boolean }

/** A file of somebody else's, whole or not at all. */
export type Fetched =
  | { readonly kind: 'fetched'; readonly bytes: Buffer }
  | { readonly kind: 'failed'; readonly error: string }

export type Outside = {
  readonly post: (ask: Ask) => Promise<Answer>
  /** At most so many bytes; beyond them it is `too_large`. Any answer but 200 is `answered`. */
  readonly get: (url: string, mostBytes: number) => Promise<Fetched>
}

type Options = {
  /** Private and loopback addresses too: a gateway in the company's own network, and tests. */
  readonly inside: boolean
  /** From the first look at the name to the last byte of the answer. */
  readonly withinMilliseconds?: number
}

const WITHIN_MILLISECONDS = 8000
/** What is read of an answer; the rest is nobody's business. */
export const ANSWER_BYTES = 16_384
const ERROR_LETTERS = 200

/**
 * The one guard for addresses that are not ours (RELIABILITY 16): http and https alone, every address that the name has
 * is checked and the connection goes to a checked one, no redirect is followed, and neither time nor bytes are without end.
 */
export function openOutside({ inside, withinMilliseconds = WITHIN_MILLISECONDS }: Options): Outside {
  return {
    post: async (ask) => {
      const attempt = { began: false }
      try {
        return await posted(ask, inside, AbortSignal.timeout(withinMilliseconds), attempt)
      } catch (error) {
        const { code, message, name } = error as { code?: string; message?: string; name?: string }
        const said = name === 'TimeoutError' || code === 'ABORT_ERR' ? 'timeout' : code || message || String(error)
        return { kind: 'failed', error: said.slice(0, ERROR_LETTERS), began: attempt.began }
      }
    },
    get: async (url, mostBytes) => {
      try {
        return await fetched(new URL(url), { inside, mostBytes, signal: AbortSignal.timeout(withinMilliseconds) })
      } catch (error) {
        const { code, message, name } = error as { code?: string; message?: string; name?: string }
        const said = name === 'TimeoutError' || code === 'ABORT_ERR' ? 'timeout' : code || message || String(error)
        return { kind: 'failed', error: said.slice(0, ERROR_LETTERS) }
      }
    },
  }
}

type Fetching = { readonly inside: boolean; readonly mostBytes: number; readonly signal: AbortSignal }

async function fetched(url: URL, { inside, mostBytes, signal }: Fetching): Promise<Fetched> {
  const reason = whyNotAsk(url, inside)
  if (reason) throw Object.assign(new Error(reason), { code: reason })
  const send = url.protocol === 'https:' ? https.request : http.request
  return new Promise<Fetched>((resolve, reject) => {
    const lookup = inside ? undefined : checkedLookUp
    const request = send(url, { headers: { 'user-agent': 'Nightdesk' }, lookup, signal, agent: false }, (answer) => {
      const refuse = (error: string): void => {
        resolve({ kind: 'failed', error })
        request.destroy()
      }
      if (answer.statusCode !== 200) return refuse('answered')
      if (Number(answer.headers['content-length'] ?? 0) > mostBytes) return refuse('too_large')
      const pieces: Buffer[] = []
      let bytes = 0
      answer.on('data', (piece: Buffer) => {
        bytes += piece.byteLength
        if (bytes > mostBytes) return refuse('too_large')
        pieces.push(piece)
      })
      answer.on('end', () => resolve({ kind: 'fetched', bytes: Buffer.concat(pieces) }))
      answer.on('error', reject)
    })
    request.on('error', reject)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    request.end()
  })
}

async function posted(ask: Ask, inside: boolean, signal: AbortSignal, attempt: { began: boolean }): Promise<Answer> {
  const url = new URL(ask.url)
  const reason = whyNotAsk(url, inside)
  if (reason) throw Object.assign(new Error(reason), { code: reason })
  const body = Buffer.from(ask.body)
  const send = url.protocol === 'https:' ? https.request : http.request
  return new Promise<Answer>((resolve, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        headers: { ...ask.headers, 'content-length': String(body.byteLength), 'user-agent': 'Nightdesk' },
        lookup: inside ? undefined : checkedLookUp,
        signal,
        agent: false,
      },
      (answer) => {
        const pieces: Buffer[] = []
        let bytes = 0
        const done = () =>
          resolve({ kind: 'answered', status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') })
        answer.on('data', (piece: Buffer) => {
          pieces.push(piece.subarray(0, Math.max(0, ANSWER_BYTES - bytes)))
          bytes += piece.byteLength
          if (bytes < ANSWER_BYTES) return
          done()
          request.destroy()
        })
        answer.on('end', done)
        answer.on('error', reject)
      },
    )
    request.on('error', reject)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    const begin = () => {
      attempt.began = true
      request.end(body)
    }
    // Until there is a connection nothing can have arrived.
    request.on('socket', (socket) => {
      if (!socket.connecting) begin()
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', begin)
    })
  })
}

/** A code of ours, or null where it may be asked. Names are checked when they are looked up. */
export function whyNotAsk(url: URL, inside: boolean): 'not_http' | 'address_inside' | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not_http'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return !inside && isIP(host) && isInside(host) ? 'address_inside' : null
}

/** All of a name's addresses are public, or it is refused: a name with one foot inside is a trick. */
const checkedLookUp: LookupFunction = (host, options, done) => {
  lookUp(host, { all: true, verbatim: true }).then(
    (found) => {
      const [first] = found
      if (!first || found.some(({ address }) => isInside(address)))
        return done(Object.assign(new Error('address_inside'), { code: 'address_inside' }), '', 4)
      if (options.all) return done(null, found as never)
      done(null, first.address, first.family)
    },
    (error) => done(error, '', 4),
  )
}

const INSIDE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  INSIDE.addSubnet(network, prefix, 'ipv4')
/** Only 2000::/3 is given out to the public; of it, what wraps an IPv4 address or is for books. */
const PUBLIC6 = new BlockList()
PUBLIC6.addSubnet('2000::', 3, 'ipv6')
const WRAPPED6 = new BlockList()
WRAPPED6.addSubnet('2001::', 23, 'ipv6')
WRAPPED6.addSubnet('2001:db8::', 32, 'ipv6')
WRAPPED6.addSubnet('2002::', 16, 'ipv6')

/** Loopback, private, link-local, shared, reserved and multicast addresses, and IPv4 in the clothes of IPv6. */
export function isInside(address: string): boolean {
  if (isIPv4(address)) return INSIDE.check(address, 'ipv4')
  return !PUBLIC6.check(address, 'ipv6') || WRAPPED6.check(address, 'ipv6')
}
