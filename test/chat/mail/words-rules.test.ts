import { expect, test } from 'vitest'
import { fitted, ownWords, questionOf } from '../../../server/chat/mail/words/rules.ts'

const ANSWER = '还是断的，灯是红的。\n请回电。'

test.each([
  [
    'Gmail',
    `${ANSWER}\n\nOn Tue, Nov 24, 2026 at 2:14 AM Lin Mei <desk@company.example> wrote:\n\n> 请重启光猫\n> 谢谢\n`,
  ],
  [
    'Gmail over two lines',
    `${ANSWER}\n\nOn Tue, Nov 24, 2026 at 2:14 AM Lin Mei\n<desk@company.example> wrote:\n\n> 请重启光猫`,
  ],
  ['Gmail in Chinese', `${ANSWER}\n\n林玫 <desk@company.example> 于2026年11月24日周二 02:14写道：\n\n> 请重启光猫`],
  ['Apple', `${ANSWER}\n\n> On 24 Nov 2026, at 02:14, Lin Mei <desk@company.example> wrote:\n> \n> 请重启光猫`],
  [
    'Apple in Chinese',
    `${ANSWER}\n\n发自我的iPhone\n\n在 2026年11月24日，02:14，林玫 <desk@company.example> 写道：\n\n> 请重启光猫`,
  ],
  ['163', `${ANSWER}\n\n在 2026-11-24 02:14:00，"林玫" <desk@company.example> 写道：\n\n请重启光猫\n谢谢`],
  [
    'QQ',
    `${ANSWER}\n\n------------------ 原始邮件 ------------------\n发件人: "林玫" <desk@company.example>;\n发送时间: 2026年11月24日\n请重启光猫`,
  ],
  [
    'Outlook',
    `${ANSWER}\n\n________________________________\nFrom: Lin Mei <desk@company.example>\nSent: Tuesday, November 24, 2026 2:14 AM\nTo: su@example.com\nSubject: 断网\n\n请重启光猫`,
  ],
  [
    'Outlook in Chinese',
    `${ANSWER}\n\n发件人: 林玫 <desk@company.example>\n发送时间: 2026年11月24日 2:14\n收件人: 苏晴\n主题: 断网\n\n请重启光猫`,
  ],
  ['old Outlook', `${ANSWER}\n\n-----Original Message-----\nFrom: Lin Mei\n请重启光猫`],
  ['a signature', `${ANSWER}\n\n-- \n苏晴\n某某公司\n电话 0571`],
  ['a phone', `${ANSWER}\n\nSent from my iPhone`],
])('the answer is left of a letter from %s', (_, text) => {
  expect(ownWords(text.replaceAll('\n', '\r\n'))).toBe(ANSWER)
})

test('an answer below or between marked lines is left whole', () => {
  expect(
    ownWords('On 24 Nov 2026, at 02:14, Lin Mei wrote:\n> 灯是什么颜色？\n\n红的。\n\n> 重启过吗？\n\n重启过。'),
  ).toBe('红的。\n\n重启过。')
})

test('words that only look like a quote stay', () => {
  for (const said of [
    '他写道：断网了',
    '在信里他写道：\n请回电',
    'From: 1 to 5, I say 2',
    '发件人: 是我',
    '3 -- 4\n--> x',
  ])
    expect(ownWords(said)).toBe(said)
})

test('what was handed on is kept, because it is what the letter is about', () => {
  const forwarded = '请看下面\n\n---------- Forwarded message ---------\n他说断网了'
  expect(ownWords(forwarded)).toBe(forwarded)
})

test('a letter of nothing but a quote keeps it', () => {
  expect(ownWords('> 断网了')).toBe('> 断网了')
})

test('a long letter becomes a message of 4,000 letters, up to the end of a line', () => {
  expect(fitted('长'.repeat(4000))).toBe('长'.repeat(4000))
  expect(Array.from(fitted('😀'.repeat(5000)))).toHaveLength(4000)
  expect(fitted(`${'长'.repeat(3500)}\n${'短'.repeat(3000)}`)).toBe(`${'长'.repeat(3500)}…`)
})

test('a question begins with the subject, unless the words do so themselves', () => {
  expect(questionOf('断网', '灯是红的')).toBe('断网\n\n灯是红的')
  expect(questionOf('断网', '断网了，灯是红的')).toBe('断网了，灯是红的')
  expect(questionOf('断网', '')).toBe('断网')
  expect(questionOf('', '灯是红的')).toBe('灯是红的')
})

test('a million lines are read in a moment', () => {
  const start = performance.now()
  ownWords('On '.repeat(300_000))
  ownWords(`${'> x\n'.repeat(300_000)}a`)
  ownWords('发件人:\n'.repeat(200_000))
  expect(performance.now() - start).toBeLessThan(3000)
})
