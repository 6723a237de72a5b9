import { expect, test } from 'vitest'
import {
  byTicket,
  excerptOf,
  literally,
  marksOf,
  readWanted,
  sinceOf,
  statesIn,
} from '../../../server/tickets/search/rules.ts'

test('a ticket is found by its number, with or without NT', () => {
  expect(readWanted(' nt-24001 ').number).toBe('NT-24001')
  expect(readWanted('24001').number).toBe('NT-24001')
  expect(readWanted('账单 24001').number).toBeNull()
})

test('a phone is found by four or more of its digits, however they are spaced, without the zeros before its country', () => {
  expect(readWanted('+86 138-0013').digits).toBe('861380013')
  expect(readWanted('0086 138 0013').digits).toBe('861380013')
  expect(readWanted('138').digits).toBeNull()
  expect(readWanted('路由器 1380013').digits).toBeNull()
})

test('an e-mail address may be one, or its beginning', () => {
  expect(readWanted('Su.Qing@Example').mail).toBe('su.qing@example')
  expect(readWanted('su.q').mail).toBe('su.q')
  expect(readWanted('苏晴').mail).toBeNull()
})

test('a percent sign in a name is a percent sign', () => {
  expect(literally('100%_\\')).toBe('100\\%\\_\\\\')
})

test('Chinese words are looked up by their pairs, one letter and a last word of Latin text as a beginning', () => {
  expect(readWanted('光猫红灯').query).toBe("'光猫' & '猫红' & '红灯'")
  expect(readWanted('猫').query).toBe("'猫':*")
  expect(readWanted('Invoi').query).toBe("'invoi':*")
  expect(readWanted('case-55').query).toBe("'case' & '55':*")
  expect(readWanted('A3光猫').query).toBe("'a3' & '光猫'")
})

test('several words are parted by spaces; in quotation marks they belong together', () => {
  expect(readWanted('域名　解析').terms).toEqual(['域名', '解析'])
  expect(readWanted('“Line down” 账单').terms).toEqual(['line down', '账单'])
  expect(readWanted('"half').terms).toEqual(['"half'])
})

test('nothing, too little, too much and mere signs are told apart', () => {
  expect(readWanted('  ').state).toBe('empty')
  for (const little of ['a', '7', '%', '_', '%%%', "'", '"', '\\', '😀', '。', '— —'])
    expect(readWanted(little).state).toBe('short')
  expect(readWanted('a 100%').state).toBe('words')
  expect(readWanted('字'.repeat(200)).state).toBe('words')
  expect(readWanted('x'.repeat(10_000)).state).toBe('long')
})

test('whatever is typed, the index is asked for letters and digits only', () => {
  for (const nasty of ["'; drop table tickets; --", "a' | 'b", '网:* & !', 'O’Brien\\', '<script>alert(1)</script>'])
    expect(readWanted(nasty).query).toMatch(/^('[\p{L}\p{N}]+'(:\*)?( & |$))*$/u)
})

const marked = (text: string, ...terms: string[]) =>
  excerptOf(text, marksOf(terms))
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('')

test('what was found is marked in a piece of the text around its first place', () => {
  expect(marked('宽带断了，光猫红灯', '红灯', '宽带')).toBe('[宽带]断了，光猫[红灯]')
  expect(marked('The LINE is down\n\nline!', 'line')).toBe('The [LINE] is down [line]!')
  const long = marked(`${'前'.repeat(300)}账单${'后'.repeat(300)}`, '账单')
  expect(long).toBe(`…${'前'.repeat(24)}[账单]${'后'.repeat(94)}…`)
  expect(marked('😀好 <b>账单</b>', '账单')).toBe('😀好 <b>[账单]</b>')
  expect(marked('ΟΔΟΣ İİ f(x) f(x)', 'οδοσ', 'f(x)', 'f')).toBe('[ΟΔΟΣ] İİ [f(x)] [f(x)]')
  expect(marked(`账单${'😀'.repeat(100)}`, '账单')).toBe(`[账单]${'😀'.repeat(59)}…`)
  expect(marked('没有', '账单')).toBe('没有')
})

test('places in one ticket stand together, at the newest', () => {
  const places = [
    { id: '9', ticketId: '1' },
    { id: '8', ticketId: '2' },
    { id: '7', ticketId: '1' },
  ]
  expect(byTicket(places)).toEqual([
    { first: places[0], more: 1 },
    { first: places[1], more: 0 },
  ])
})

test('tonight is from noon on, also after midnight', () => {
  const now = new Date('2026-11-24T02:14:00+08:00')
  expect(sinceOf('night', now, 'Asia/Shanghai')).toEqual(new Date('2026-11-23T12:00:00+08:00'))
  expect(sinceOf('week', now, 'Asia/Shanghai')).toEqual(new Date('2026-11-17T02:14:00+08:00'))
  expect(sinceOf('all', now, 'Asia/Shanghai')).toBeNull()
})

test('what is merged or spam counts as closed', () => {
  expect(statesIn('closed')).toEqual(['closed', 'merged', 'spam'])
  expect(statesIn('all')).toEqual([])
})

test('a number is found as people write it: with a sign, with a space, with the wide digits of a Chinese keyboard', () => {
  for (const typed of ['NT 24031', '#24031', '# NT-24031', '２４０３１', 'ｎｔ－２４０３１'])
    expect(readWanted(typed)).toMatchObject({ state: 'words', number: 'NT-24031' })
  expect(readWanted('１３８ ００１３ ８０００')).toMatchObject({ state: 'words', digits: '13800138000' })
})
