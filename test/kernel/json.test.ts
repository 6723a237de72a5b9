import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubledKey } from '../../server/kernel/json.ts'

test('a key that comes twice in one object is found, however it is written and however deep', () => {
  expect(doubledKey('{"a":1,"a":2}')).toBe('a')
  expect(doubledKey('{"body":"a","b\\u006fdy":"b"}')).toBe('body')
  expect(doubledKey('[{"a":{"b":["x",{"c":1}],"b":2}}]')).toBe('b')
  expect(doubledKey(`${'[{"a":'.repeat(10_000)}{"":0,"":1}`)).toBe('')
})

test('what JSON.stringify writes holds no key twice', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => doubledKey(JSON.stringify(value)) === undefined))
  expect(doubledKey('{"a":"a\\"","b":["a","a",{"a":1}],"\\\\":"}{,\\"a\\":1"}')).toBeUndefined()
})
