import { expect, test } from 'vitest'
import { readConfig } from '../server/config.ts'
import { StartError } from '../server/platform/start-error.ts'

/** The sentence with which the start ends. */
function sentence(environment: Record<string, string>): string {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof StartError) return error.message
    throw error
  }
  return ''
}

test('with nothing configured one program runs everything on this machine, with a demo company', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ port: 3000, host: '127.0.0.1', role: 'all', demo: true, timeZone: 'Asia/Shanghai' })
  expect(config.publicUrl).toBe('http://127.0.0.1:3000')
  expect(config.dataDir).toMatch(/\/\.data$/)
  expect(config.databaseUrl).toBeUndefined()
})

test('an empty variable counts as one that is not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ', DEMO: '' })).toMatchObject({
    port: 3000,
    demo: true,
    databaseUrl: undefined,
  })
})

test('nothing is seeded with DEMO=off or in production', () => {
  expect(readConfig({ DEMO: 'off' }).demo).toBe(false)
  expect(readConfig({ NODE_ENV: 'production' }).demo).toBe(false)
})

test.each([
  ['PORT', 'abc', 'a whole number from 1 to 65535'],
  ['PORT', '0', 'a whole number from 1 to 65535'],
  ['PORT', '70000', 'a whole number from 1 to 65535'],
  ['PORT', '3000.5', 'a whole number from 1 to 65535'],
  ['HOST', 'http://here', 'an address or a name to listen on'],
  ['PUBLIC_URL', 'help.example.com', 'such as https://help.example.com'],
  ['PUBLIC_URL', 'https://help.example.com/desk', 'an address without a path'],
  ['DATABASE_URL', 'mysql://db/nightdesk', 'postgres:// or postgresql://'],
  ['REDIS_URL', 'localhost:6379', 'redis:// or rediss://'],
  ['S3_URL', 'bucket', 's3:// or https://'],
  ['SMTP_URL', 'mail.example.com', 'smtp:// or smtps://'],
  ['IMAP_URL', 'mail.example.com', 'imaps:// or imap://'],
  ['IMAP_URL', 'imaps://mail.example.com/INBOX', 'such as imaps://user:password@host/INBOX'],
  ['ROLE', 'everything', 'all, web or worker'],
  ['DEMO', 'perhaps', 'on or off'],
  ['TRUSTED_PROXIES', '10.0.0.0/99', 'such as 10.0.0.0/8'],
  ['TRUSTED_PROXIES', 'loadbalancer', 'such as 10.0.0.0/8'],
  ['COMPANY_TIME_ZONE', 'Asia/Shangai', 'such as Asia/Shanghai'],
])('%s=%s ends with one sentence that names it and says what is expected', (name, value, expected) => {
  const said = sentence({ [name]: value })
  expect(said).toContain(`${name} is "${value}"`)
  expect(said).toContain(expected)
  expect(said).not.toContain('\n')
})

test('a password in an address is not shown', () => {
  expect(sentence({ DATABASE_URL: 'mysql://desk:hunter2@db/nightdesk' })).not.toContain('hunter2')
})

test('one process of several refuses to start alone', () => {
  expect(sentence({ ROLE: 'web' })).toContain('needs DATABASE_URL and REDIS_URL')
  expect(sentence({ ROLE: 'worker', DATABASE_URL: 'postgres://db/nightdesk' })).toContain('needs REDIS_URL')
})

test('several processes are told once that they share a folder, unless files are on S3', () => {
  const several = { ROLE: 'worker', DATABASE_URL: 'postgres://db/nightdesk', REDIS_URL: 'redis://cache' }
  expect(readConfig(several).notices.join()).toContain('must be shared')
  expect(readConfig({ ...several, S3_URL: 's3://bucket' }).notices).toEqual([])
})

test('without PUBLIC_URL the names of this machine are ours, with it only that one', () => {
  const { isOurOrigin } = readConfig({ PORT: '4100' })
  expect(isOurOrigin('http://localhost:4100')).toBe(true)
  expect(isOurOrigin('http://127.0.0.1:4100')).toBe(true)
  expect(isOurOrigin('http://127.0.0.1:4101')).toBe(false)
  expect(isOurOrigin('https://evil.example')).toBe(false)
  const published = readConfig({ PUBLIC_URL: 'https://help.example.com/' })
  expect(published.publicUrl).toBe('https://help.example.com')
  expect(published.isOurOrigin('https://help.example.com')).toBe(true)
  expect(published.isOurOrigin('http://localhost:3000')).toBe(false)
})

test('forwarded addresses are believed only of proxies that were named', () => {
  expect(readConfig({}).isTrustedProxy('127.0.0.1')).toBe(false)
  const { isTrustedProxy } = readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' })
  expect(isTrustedProxy('10.2.3.4')).toBe(true)
  expect(isTrustedProxy('::ffff:10.2.3.4')).toBe(true)
  expect(isTrustedProxy('::1')).toBe(true)
  expect(isTrustedProxy('192.0.2.1')).toBe(false)
  expect(isTrustedProxy('')).toBe(false)
})
