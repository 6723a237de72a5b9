import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { StartError } from './platform/start-error.ts'

/** What the environment decides. Everything else is a setting in the product. */
export type Config = {
  readonly port: number
  readonly host: string
  /** Where people reach us, an origin without a slash at its end. */
  readonly publicUrl: string
  /** Absolute. */
  readonly dataDir: string
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly s3Url: string | undefined
  readonly smtpUrl: string | undefined
  /** Whether robots, gateways and push services may stand at private addresses; else such an address is refused. */
  readonly insideHooks: boolean
  /** The mailbox that customers write to. */
  readonly imapUrl: string | undefined
  readonly role: 'all' | 'web' | 'worker'
  /** Whether a demo company is seeded into an empty database. */
  readonly demo: boolean
  readonly timeZone: string
  /** Whether a page of this origin is one of ours. */
  readonly isOurOrigin: (origin: string) => boolean
  /** Whether `X-Forwarded-*` of this peer is believed. */
  readonly isTrustedProxy: (address: string) => boolean
  /** What the operator should know, said once at the start. */
  readonly notices: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

const CHECKOUT = path.resolve(import.meta.dirname, '..')

const expected = (what: string) => ({ error: what })
const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)),
      expected(`an address that begins with ${protocols.map((name) => `${name}://`).join(' or ')}`),
    )
const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && /^https?:\/\/[^/?#@]+\/?$/i.test(text)

function isMailbox(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { hostname, username, password, pathname } = new URL(text)
  return [hostname, username, password].every((part) => part !== '') && isDecodable(username + password + pathname)
}
function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== ''
  } catch {
    return false // URIError is how it says that a % stands for nothing
  }
}

const schema = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, expected('a whole number from 1 to 65535'))
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, expected('a whole number from 1 to 65535'))
    .default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, expected('an address or a name to listen on, such as 127.0.0.1 or 0.0.0.0'))
    .default('127.0.0.1'),
  PUBLIC_URL: z
    .string()
    .refine(isOrigin, expected('an address without a path, such as https://help.example.com'))
    .optional(),
  DATA_DIR: z
    .string()
    .refine((text) => !text.includes('\0'), expected('a folder'))
    .optional(),
  DATABASE_URL: url('postgres', 'postgresql').optional(),
  REDIS_URL: url('redis', 'rediss').optional(),
  S3_URL: url('s3', 'https', 'http').optional(),
  SMTP_URL: url('smtp', 'smtps').optional(),
  INSIDE_HOOKS: z.enum(['on', 'off'], expected('on or off')).default('off'),
  IMAP_URL: url('imaps', 'imap')
    .refine(isMailbox, expected('an address with user and password, such as imaps://user:password@host/INBOX'))
    .optional(),
  ROLE: z.enum(['all', 'web', 'worker'], expected('all, web or worker')).default('all'),
  DEMO: z.enum(['on', 'off'], expected('on or off')).default('on'),
  TRUSTED_PROXIES: z
    .string()
    .refine(
      (text) => text.split(',').every((one) => readNetwork(one.trim())),
      expected('addresses or networks with commas between, such as 10.0.0.0/8, 192.168.1.7'),
    )
    .default(''),
  COMPANY_TIME_ZONE: z
    .string()
    .refine(isTimeZone, expected('the name of a time zone, such as Asia/Shanghai'))
    .default('Asia/Shanghai'),
  NODE_ENV: z.string().optional(),
})
type Values = z.infer<typeof schema>

/** Reads the variables; `StartError` with one sentence where one of them cannot be used. An empty one counts as not set. */
export function readConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, environment[name]?.trim()])
      .filter(([, value]) => value),
  )
  const read = schema.safeParse(given)
  if (!read.success) throw new StartError(sentenceOf(read.error, given))
  refuseLonely(read.data)
  return configOf(read.data)
}

function configOf(values: Values): Config {
  const { PORT: port, HOST: host, ROLE: role, DATABASE_URL: databaseUrl, S3_URL: s3Url } = values
  const publicUrl = new URL(values.PUBLIC_URL ?? `http://${hostInUrl(host)}:${port}`).origin
  const origins = values.PUBLIC_URL ? new Set([publicUrl]) : originsOfThisMachine(host, port)
  const dataDir = values.DATA_DIR ? path.resolve(values.DATA_DIR) : path.join(CHECKOUT, '.data')
  const proxies = trusted(values.TRUSTED_PROXIES)
  return {
    port,
    host,
    publicUrl,
    dataDir,
    databaseUrl,
    redisUrl: values.REDIS_URL,
    s3Url,
    smtpUrl: values.SMTP_URL,
    insideHooks: values.INSIDE_HOOKS === 'on',
    imapUrl: values.IMAP_URL,
    role,
    demo: values.DEMO === 'on' && values.NODE_ENV !== 'production',
    timeZone: values.COMPANY_TIME_ZONE,
    isOurOrigin: (origin) => origins.has(origin),
    isTrustedProxy: (address) => isIn(proxies, address),
    notices:
      role === 'all' || s3Url
        ? []
        : [
            `Files are kept in ${dataDir}: with ROLE=${role} that folder must be shared by all processes, or set S3_URL.`,
          ],
  }
}

// One process of several needs the others to see the same rows and the same live rooms.
function refuseLonely({ ROLE, DATABASE_URL, REDIS_URL }: Values): void {
  const missing = [...(DATABASE_URL ? [] : ['DATABASE_URL']), ...(REDIS_URL ? [] : ['REDIS_URL'])]
  if (ROLE === 'all' || missing.length === 0) return
  throw new StartError(
    `ROLE=${ROLE} is one process of several and needs ${missing.join(' and ')}: set ${missing.length > 1 ? 'them' : 'it'}, or leave ROLE out to run everything in one process.`,
  )
}

function sentenceOf(error: z.ZodError, given: Record<string, string | undefined>): string {
  const [issue] = error.issues
  const name = String(issue?.path[0])
  return `${name} is "${withoutSecrets(given[name] ?? '')}", but it must be ${issue?.message}: correct it, or leave it out for the default.`
}

/** An address as it may be shown: without the password in it. */
export const withoutSecrets = (address: string): string => address.replace(/\/\/[^/]*@/, '//…@')

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0
  } catch {
    return false // RangeError is how Intl says no
  }
}

const hostInUrl = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return isIPv6(host) ? `[${host}]` : host
}

/** Without PUBLIC_URL: the names under which this machine reaches itself, and its own addresses where it listens on all. */
function originsOfThisMachine(host: string, port: number): Set<string> {
  const all = host === '0.0.0.0' || host === '::'
  const own = all
    ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
    : []
  return new Set(
    ['localhost', '127.0.0.1', '::1', host, ...own].map((name) => new URL(`http://${hostInUrl(name)}:${port}`).origin),
  )
}

type Network = { address: string; family: 'ipv4' | 'ipv6'; prefix: number }

function readNetwork(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  const most = family === 'ipv4' ? 32 : 128
  const bits = prefix === undefined ? most : Number(prefix)
  if (!family || rest.length > 0 || prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > most)
    return undefined
  return { address, family, prefix: bits }
}

function trusted(list: string): BlockList {
  const networks = new BlockList()
  for (const one of list.split(',')) {
    const network = readNetwork(one.trim())
    if (network) networks.addSubnet(network.address, network.prefix, network.family)
  }
  return networks
}

// A socket that listens on both families shows an IPv4 peer as ::ffff:192.0.2.1.
const isIn = (networks: BlockList, peer: string): boolean => {
  const address = peer.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(address)) return networks.check(address, 'ipv4')
  return isIPv6(address) && networks.check(address, 'ipv6')
}
