import { expect, test } from 'vitest'
import { isThanks } from '../../server/recognition/rules.ts'

test.each([
  '半夜三点还这么有耐心，真的太感谢你了',
  '一定要表扬这位客服，讲得很清楚',
  '多亏了你，不然明天开不了业',
  'Thank you so much, you saved my night!',
  'You have been very helpful and patient tonight',
])('“%s” is praise', (words) => {
  expect(isThanks(words)).toBe(true)
})

test.each([
  '谢谢',
  '非常感谢！',
  '好的，那我明天再试试看，谢谢你们',
  '你们的客服不太专业，问什么都不知道',
  'Thank you, that is all for now from my side',
  'That was not very helpful, I am still waiting here',
])('“%s” is politeness, or the opposite', (words) => {
  expect(isThanks(words)).toBe(false)
})
