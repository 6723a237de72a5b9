import { expect, test } from 'vitest'
import { readLetter } from '../../server/platform/letter.ts'
import { letter } from '../support/letters.ts'

/** 你好，宽带断了 in GB18030. */
const HELLO = Buffer.from('c4e3bac3a3acbfedb4f8b6cfc1cb', 'hex')
const raw = (head: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body])
const FROM = 'From: su@example.com\r\nMessage-ID: <1@example.com>'

test.each([
  ['that says so', 'Content-Type: text/plain; charset=gb18030'],
  ['that says nothing', 'Content-Type: text/plain'],
  ['without any type', 'X-Nothing: x'],
  ['that says UTF-8 and is not', 'Content-Type: text/plain; charset="utf-8"; format=flowed'],
  ['that says ASCII', 'Content-Type: text/plain; charset=us-ascii'],
  ['of a charset nobody knows', 'Content-Type: text/plain; charset=x-unknown'],
])('a letter in GB18030 %s is read', async (_, type) => {
  expect((await readLetter(raw(`${FROM}\r\n${type}`, HELLO))).text.trim()).toBe('你好，宽带断了')
})

test('GB18030 packed as base64 in a part that names no charset, and as a bare subject, is read', async () => {
  const head = Buffer.concat([Buffer.from(`${FROM}\r\nSubject: `), HELLO])
  const part = `Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n${HELLO.toString('base64')}`
  const rest = Buffer.from(`\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${part}\r\n--x--\r\n`)
  const read = await readLetter(Buffer.concat([head, rest]))
  expect(read.subject).toBe('你好，宽带断了')
  expect(read.text.trim()).toBe('你好，宽带断了')
})

test('UTF-8 that does not say so is read', async () => {
  expect((await readLetter(raw(FROM, Buffer.from('宽带断了')))).text.trim()).toBe('宽带断了')
})

test('a letter of HTML alone becomes text, without its scripts and styles', async () => {
  const html = '<style>p{}</style><p>宽带<br>断了</p><script>alert(1)</script><img src="cid:x">'
  const { text } = await readLetter(raw(`${FROM}\r\nContent-Type: text/html; charset=utf-8`, Buffer.from(html)))
  expect(text.trim()).toBe('宽带\n断了')
})

test('HTML too long to be laid out is still words', async () => {
  const html = `<p>宽带断了</p>${'<div><b>x</b></div>'.repeat(200_000)}`
  const { text } = await readLetter(raw(`${FROM}\r\nContent-Type: text/html; charset=utf-8`, Buffer.from(html)))
  expect(text).toContain('宽带断了')
})

test('broken MIME is read as far as it goes', async () => {
  const open = `${FROM}\r\nContent-Type: multipart/mixed; boundary="x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n断了`
  expect((await readLetter(Buffer.from(open))).text.trim()).toBe('断了')
  const cut = letter({ text: '断了', files: [{ name: 'a.png', type: 'image/png', content: 'x'.repeat(10_000) }] })
  expect((await readLetter(cut.subarray(0, 900))).text.trim()).toBe('断了')
  let nested = `${FROM}\r\n`
  for (let depth = 0; depth < 1000; depth++)
    nested += `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`
  await expect(readLetter(Buffer.from(`${nested}\r\nhi`))).resolves.toMatchObject({
    messageId: '<1@example.com>',
    whole: false,
  })
})

test('bytes that are no letter have no sender', async () => {
  const noise = Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7) % 256))
  expect((await readLetter(noise)).from).toEqual([])
})

test('a letter of 500 parts is read in a moment', async () => {
  const files = Array.from({ length: 500 }, (_, at) => ({ name: `f${at}.txt`, type: 'text/plain', content: `${at}` }))
  const start = performance.now()
  expect((await readLetter(letter({ files }))).files).toHaveLength(500)
  expect(performance.now() - start).toBeLessThan(3000)
})

test('who it is from, where it went and what it answers are read, of groups as well', async () => {
  const head = [
    'From: =?gb18030?B?y9XH5w==?= <Su@Example.com>',
    'To: team: a@b.example, "C" <c@d.example>;',
    'Cc: desk@company.example',
    'Delivered-To: desk+t42.sign@company.example',
    'In-Reply-To: <t42.7.sign@company.example>',
    'References: <x@y>\r\n <t42.7.sign@company.example>',
    'Auto-Submitted: no',
  ].join('\r\n')
  const read = await readLetter(Buffer.from(`${head}\r\n\r\nhi`))
  expect(read.from).toEqual([{ name: '苏晴', address: 'Su@Example.com' }])
  expect(read.to).toEqual(['a@b.example', 'c@d.example', 'desk@company.example', 'desk+t42.sign@company.example'])
  expect(read.answers).toBe('<t42.7.sign@company.example> <x@y> <t42.7.sign@company.example>')
  expect(read.headers.get('auto-submitted')).toEqual(['no'])
})

test('a report on delivery names the letter it is about, and whether it has failed for good', async () => {
  const report = (action: string) =>
    readLetter(
      Buffer.from(
        `From: MAILER-DAEMON@mx\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nsorry\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; su@example.com\r\nAction: ${action}\r\nStatus: 5.1.1\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <t42.7.sign@company.example>\r\n--x--\r\n`,
      ),
    )
  expect((await report('failed')).report).toEqual({ about: '<t42.7.sign@company.example>', failed: true })
  expect((await report('delayed')).report?.failed).toBe(false)
  expect((await readLetter(letter())).report).toBeNull()
})
