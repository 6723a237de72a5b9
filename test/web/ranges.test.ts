import { expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { rangeHash } from '../../server/platform/tokens.ts'
import { rangeKey, rangeOf } from '../../server/web/address.ts'

const house = readConfig({ TRUSTED_PROXIES: '10.0.0.0/8' })
const from = (remoteAddress: string, forwarded?: string) =>
  rangeOf({ socket: { remoteAddress }, headers: forwarded ? { 'x-forwarded-for': forwarded } : {} }, house)

test('a range is 24 bits of an IPv4 address and 56 of an IPv6 one, however it is written', () => {
  expect(rangeKey('192.0.2.7')).toBe('192.0.2')
  const same = ['2001:db8:0:1ff::1', '2001:DB8:0:0100:1:2:3:4', '2001:0db8::1aa:0:0:0:1'].map(rangeKey)
  expect(new Set(same)).toEqual(new Set(['20010db8000001']))
  expect(rangeKey('2001:db8:0:200::1')).toBe('20010db8000002')
})

test('it is read behind our own proxies; what somebody wrote before them moves nobody elsewhere', () => {
  expect(from('10.0.0.1', '198.51.100.4, 203.0.113.5')).toBe('203.0.113')
  expect(from('203.0.113.5', '198.51.100.4')).toBe('203.0.113')
})

test('this machine, a proxy that nobody told us of and no address at all are no range', () => {
  expect(from('172.18.0.1', '198.51.100.4')).toBeUndefined()
  expect(from('127.0.0.1')).toBeUndefined()
  expect(from('::1')).toBeUndefined()
  expect(from('')).toBeUndefined()
})

test('its hash needs the secret of the house: another house gets another one', () => {
  const [ours, theirs] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  expect(rangeHash(ours, '192.0.2')).toEqual(rangeHash(ours, '192.0.2'))
  expect(rangeHash(ours, '192.0.2')).not.toEqual(rangeHash(theirs, '192.0.2'))
})
