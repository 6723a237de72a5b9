import { expect, test } from 'vitest'
import { asWritten, isServiceNumber, readContact } from '../../server/customers/rules.ts'
import { Refusal } from '../../server/kernel/refusal.ts'

test('a phone number without a country code is a Chinese one, however it is written', () => {
  const mei = { kind: 'phone', value: '+8613800138000' }
  for (const typed of ['13800138000', ' 138 0013 8000 ', '+86 138-0013-8000', '１３８００１３８０００'])
    expect(readContact(typed)).toEqual(mei)
  expect(readContact('010-88886666')).toEqual({ kind: 'phone', value: '+861088886666' })
})

test('a phone number of another country keeps its country', () => {
  expect(readContact('+1 650 253 0000')).toEqual({ kind: 'phone', value: '+16502530000' })
})

test('an e-mail address is kept in lower case', () => {
  expect(readContact('Chen.Wei@Example.COM')).toEqual({ kind: 'email', value: 'chen.wei@example.com' })
})

test('what nobody can be reached by is refused, under its field', () => {
  const long = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.com`
  for (const typed of ['', 'call me', '12345', '138001380001380013800', 'a@b', '@', 'a b@example.com', long]) {
    const refused = () => readContact(typed)
    expect(refused, typed).toThrow(Refusal)
    expect(refused).toThrow(expect.objectContaining({ code: 'customers.contact_unclear', field: 'contact' }))
  }
})

test.each([
  ['+8613800138000', '138 0013 8000'],
  ['+861085551234', '010 8555 1234'],
  ['+864006789000', '400 678 9000'],
  ['95588', '95588'],
  ['+14155552671', '+1 415-555-2671'],
  ['+85223456789', '+852 2345 6789'],
  ['li.lei@example.com', 'li.lei@example.com'],
  ['+8613800138000 after ten', '+8613800138000 after ten'],
  ['+99912345678', '+99912345678'],
  ['', ''],
])('what is kept as %s is shown as people write it: %s', (kept, written) => {
  expect(asWritten(kept)).toBe(written)
  if (written !== kept) expect(readContact(written).value).toBe(kept)
})

test('numbers that companies are called at are nobody’s', () => {
  for (const number of ['95588', '10086', '+864006789000', '+868001234567']) expect(isServiceNumber(number)).toBe(true)
  for (const number of ['+8613800138000', '+861085551234', '+14006789000']) expect(isServiceNumber(number)).toBe(false)
})
