import { expect, test } from 'vitest'
import { answerAddress, messageIdOf, readAnswerAddress, readMessageIds } from '../../server/platform/mail-thread.ts'

const SECRET = Buffer.alloc(32, 7)

test('a letter names its conversation so that only the house can, and an answer brings that back', () => {
  const id = messageIdOf(SECRET, { about: '42', letter: '7' }, 'house.example')
  expect(readMessageIds(SECRET, `<other@client> ${id} <x@y>`)).toEqual({ about: '42', letter: '7' })
  const address = answerAddress(SECRET, '42', 'desk@house.example')
  expect(address).toMatch(/^desk\+t42\.[\w-]{22}@house\.example$/)
  expect(readAnswerAddress(SECRET, `Night service <${address}>`)).toBe('42')
})

test('a made-up, changed or foreign one belongs to no conversation', () => {
  const id = messageIdOf(SECRET, { about: '42', letter: '7' }, 'house.example')
  expect(readMessageIds(SECRET, id.replace('t42', 't43'))).toBeNull()
  expect(readMessageIds(Buffer.alloc(32, 8), id)).toBeNull()
  expect(readMessageIds(SECRET, '<t42.7.@house.example> <>')).toBeNull()
  expect(readAnswerAddress(SECRET, answerAddress(SECRET, '42', 'desk@house.example').replace('t42', 't43'))).toBeNull()
  expect(readAnswerAddress(SECRET, 'desk@house.example')).toBeNull()
})
