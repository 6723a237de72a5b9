import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CHAT_STATES, LIMITS } from '../../server/chat/rules.ts'
import * as shapes from '../../server/chat/shapes.ts'
import { DUTIES } from '../../server/customers/abuse/rules.ts'
import { RATING_REASONS } from '../../server/tickets/ratings/rules.ts'

const read = (file: string): string => fs.readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8')
const protocol = read('server/chat/protocol.md')
const named = (word: string): boolean => new RegExp(`\\b${word.replace('.', '\\.')}\\b`).test(protocol)

test('the protocol names every field, limit, state and reason that the code knows', () => {
  const { APPEAL, VISITOR, QUESTION, MESSAGE, MARKS, RATING, AFTER, HANDSHAKE, SOCKET } = shapes
  const fields = [APPEAL, VISITOR, QUESTION, MESSAGE, MARKS, RATING, AFTER, HANDSHAKE.shape].flatMap(Object.keys)
  const events = Object.values(SOCKET).flatMap((schema) => Object.keys(schema.shape))
  const words = [...fields, ...events, ...Object.keys(LIMITS), ...CHAT_STATES, ...RATING_REASONS]
  expect(words.filter((word) => !named(word))).toEqual([])
})

test('the protocol names every measure and every duty that a customer is told of', () => {
  const [chinese, english] = ['zh-CN', 'en'].map((language) => JSON.parse(read(`views/abuse/${language}.json`)).notice)
  for (const duty of DUTIES) {
    expect([chinese.duty[duty], english.duty[duty]]).not.toContain(undefined)
    expect(named(`warned_${duty}`)).toBe(true)
  }
  for (const state of ['warned', 'limited', 'banned']) expect([named(state), state in chinese]).toEqual([true, true])
  const codes = Object.keys(JSON.parse(read('views/refusals/en.json')).abuse)
  for (const code of ['banned', 'one_request', 'not_banned', 'appealed_already'])
    expect([codes.includes(code), named(`abuse.${code}`)]).toEqual([true, true])
})

test('the protocol names every line of the house and every state that has words, the same in both languages', () => {
  const [chinese, english] = ['zh-CN', 'en'].map((language) => JSON.parse(read(`views/conversation/${language}.json`)))
  expect(Object.keys(chinese.house)).toEqual(Object.keys(english.house))
  expect(Object.keys(english.house).filter((code) => !named(code))).toEqual([])
  for (const words of [chinese, english]) expect(Object.keys(words.state)).toEqual([...CHAT_STATES])
})
