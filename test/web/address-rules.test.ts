import { expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { addressKey, addressOf } from '../../server/web/address.ts'

const house = readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' })
const from = (peer: string, forwarded?: string) =>
  addressOf({ socket: { remoteAddress: peer }, headers: forwarded ? { 'x-forwarded-for': forwarded } : {} }, house)

test('a peer that is no proxy of ours is the client, whatever it says', () => {
  expect(from('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
  expect(from('::ffff:203.0.113.9')).toBe('203.0.113.9')
})

test('behind our proxies the client is the last hop that is none of them', () => {
  expect(from('10.0.0.2', '198.51.100.1')).toBe('198.51.100.1')
  expect(from('10.0.0.2', '6.6.6.6, 198.51.100.1, 10.1.1.1')).toBe('198.51.100.1')
  expect(from('::1', '10.1.1.1')).toBe('10.1.1.1')
  expect(from('10.0.0.2')).toBe('10.0.0.2')
})

test('one IPv6 household is counted as one', () => {
  expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2')
  expect(addressKey('2001:db8:1:2::9')).toBe('2001:db8:1:2')
  expect(addressKey('2001:db8::9')).toBe('2001:db8:0:0')
  expect(addressKey('203.0.113.9')).toBe('203.0.113.9')
})
