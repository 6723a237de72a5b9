import type { LineAdapter } from '../../events/calls.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'

const SHORTEST_SECRET = 8
const MOST = 20
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)(\/\d{1,3})?$/i
const HOST = /^\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

export type TypedLine = {
  readonly name: string
  readonly number: string
  readonly adapter: LineAdapter
  readonly secret: string
  readonly addresses: string
  readonly hosts: string
  readonly voicemail: boolean
  readonly ringSeconds: number
}

/** A list as people type one: by commas, blanks or lines. */
const listIn = (typed: string): string[] => [
  ...new Set(
    typed
      .toLowerCase()
      .split(/[\s,;，、]+/)
      .filter(Boolean),
  ),
]

/** What was meant, or why it cannot be. `null` as secret: as it was. */
export function readLine(typed: TypedLine): Omit<TypedLine, 'secret' | 'addresses' | 'hosts'> & {
  readonly secret: string | null
  readonly addresses: string[]
  readonly hosts: string[]
} {
  const addresses = listIn(typed.addresses)
  const hosts = listIn(typed.hosts)
  const secret = typed.secret.trim()
  if (secret !== '' && typed.adapter === 'moor') throw refusal('lines.cannot_sign', {}, 'secret')
  if (secret !== '' && secret.length < SHORTEST_SECRET)
    throw refusal('lines.secret_short', { count: SHORTEST_SECRET }, 'secret')
  const wrong = addresses.find((one) => !ADDRESS.test(one))
  if (wrong) throw new Refusal('lines.not_an_address', { address: wrong }, 'addresses')
  const odd = hosts.find((one) => !HOST.test(one))
  if (odd) throw new Refusal('lines.not_a_host', { host: odd }, 'hosts')
  if (addresses.length > MOST) throw refusal('lines.too_many', { count: MOST }, 'addresses')
  if (hosts.length > MOST) throw refusal('lines.too_many', { count: MOST }, 'hosts')
  return { ...typed, name: typed.name.trim(), number: typed.number.trim(), secret: secret || null, addresses, hosts }
}

export const EXTENSION = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,49}$/u
export const whyNotExtension = (extension: string): Refusal | null =>
  EXTENSION.test(extension) ? null : refusal('lines.not_an_extension', {}, 'extension')

/** What a test call plays. */
export const TEST_PLAYS = ['answered', 'missed', 'ring'] as const
export type TestPlay = (typeof TEST_PLAYS)[number]
