import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf } from '../../server/calls/adapters/reading.ts'
import { csvField } from '../../server/calls/log/rules.ts'
import { numberIn } from '../../server/calls/numbers.ts'
import { isAllowedHost } from '../../server/calls/recordings/rules.ts'
import {
  closesAt,
  type Fact,
  type Facts,
  heardAt,
  learn,
  NOTHING_KNOWN,
  stageOf,
  stateOf,
} from '../../server/calls/rules.ts'
import { audioType } from '../../server/platform/attachments.ts'

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 23, 18, 14, second))
const facts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('rang', 'answered', 'voicemail'), at: fc.nat(59).map(at) }),
    fc.record({
      kind: fc.constant('ended'),
      at: fc.nat(59).map(at),
      cause: fc.constantFrom('normalClearing', 'busy', 'cancel', 'noAnswer', 'stuck'),
    }),
  ) as fc.Arbitrary<Fact>,
  { maxLength: 9 },
)
const known = (all: readonly Fact[]): Facts => all.reduce(learn, NOTHING_KNOWN)

test('whatever order events come in and however often, a call ends in the same state and never goes back', () => {
  fc.assert(
    fc.property(
      facts.chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length }),
          fc.array(all.length > 0 ? fc.constantFrom(...all) : fc.constant(undefined as never), {
            maxLength: all.length,
          }),
        ),
      ),
      ([all, shuffled, again]) => {
        const twice = [...shuffled, ...again]
        expect(stateOf(known(twice))).toBe(stateOf(known(all)))
        let so: Facts = NOTHING_KNOWN
        for (const fact of twice) {
          const next = learn(so, fact)
          expect(stageOf(stateOf(next))).toBeGreaterThanOrEqual(stageOf(stateOf(so)))
          so = next
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a caller who hangs up has given up, one who is not answered was missed, a machine is no answer', () => {
  const rang: Fact = { kind: 'rang', at: at(0) }
  const ended = (cause: 'cancel' | 'noAnswer' | 'normalClearing'): Fact => ({ kind: 'ended', at: at(20), cause })
  expect(stateOf(known([rang, ended('cancel')]))).toBe('abandoned')
  expect(stateOf(known([rang, ended('noAnswer')]))).toBe('missed')
  expect(stateOf(known([rang, ended('normalClearing')]))).toBe('missed')
  expect(stateOf(known([rang, { kind: 'voicemail', at: at(9) }, ended('normalClearing')]))).toBe('voicemail')
  expect(stateOf(known([rang, { kind: 'answered', at: at(9) }, ended('normalClearing')]))).toBe('ended')
})

test('what the house closed because nobody told gives way to what is told later', () => {
  const closed = known([
    { kind: 'rang', at: at(0) },
    { kind: 'answered', at: at(5) },
    { kind: 'ended', at: at(50), cause: 'stuck' },
  ])
  const told = learn(closed, { kind: 'ended', at: at(30), cause: 'normalClearing' })
  expect(told).toMatchObject({ endedAt: at(30), cause: 'normalClearing' })
  expect(learn(told, { kind: 'ended', at: at(55), cause: 'stuck' })).toEqual(told)
})

test('a ring and a talk are closed after their time, what is over never', () => {
  const patience = { ringSeconds: 30, callStuckRingMinutes: 2, callStuckTalkMinutes: 120 }
  const rang = known([{ kind: 'rang', at: at(0) }])
  expect(closesAt(rang, at(0), patience)).toEqual(new Date(at(0).getTime() + 150_000))
  const talking = learn(rang, { kind: 'answered', at: at(10) })
  expect(closesAt(talking, at(0), patience)).toEqual(new Date(at(10).getTime() + 7_200_000))
  expect(closesAt(learn(talking, { kind: 'ended', at: at(20), cause: 'busy' }), at(0), patience)).toBeNull()
})

test('an instant that a line names is believed where it can be true', () => {
  expect(heardAt(at(3), at(9))).toEqual(at(3))
  expect(heardAt(new Date('2030-01-01'), at(9))).toEqual(at(9))
  expect(heardAt(new Date('2001-01-01'), at(9))).toEqual(at(9))
  expect(heardAt(null, at(9))).toEqual(at(9))
})

test.each([
  ['+86 138 0013 8000', '+8613800138000'],
  ['8613800138000', '+8613800138000'],
  ['008613800138000', '+8613800138000'],
  ['013800138000', '+8613800138000'],
  ['138-0013-8000', '+8613800138000'],
  ['"Wang" <sip:13800138000@10.0.0.1:5060>', '+8613800138000'],
  ['010 8555 1234', '+861085551234'],
  ['861085551234', '+861085551234'],
  ['400-678-9000', '+864006789000'],
  ['95588', '95588'],
  ['10086', '10086'],
  ['+1 415 555 2671', '+14155552671'],
  ['anonymous', null],
  ['sip:anonymous@anonymous.invalid', null],
  ['+266696687', null],
  ['', null],
])('the number %s is kept as %s', (given, kept) => expect(numberIn(given)).toBe(kept))

test('any text is a number or none, and never an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const number = numberIn(text)
      expect(number === null || /^\+?\d{3,20}$/.test(number)).toBe(true)
    }),
  )
})

test('recordings come from the hosts that were named, and from what only looks like them never', () => {
  const hosts = ['pbx.example.com', '.records.example']
  expect(isAllowedHost('https://pbx.example.com/a.wav', hosts)).toBe(true)
  expect(isAllowedHost('https://eu.records.example/a.wav', hosts)).toBe(true)
  for (const url of [
    'https://records.example/a.wav',
    'https://pbx.example.com.evil.example/a.wav',
    'https://evil.example/pbx.example.com',
    'https://pbx.example.com@evil.example/',
    'ftp://pbx.example.com/a.wav',
    'file:///etc/passwd',
    'http://169.254.169.254/latest',
    'pbx.example.com/a.wav',
    '',
  ])
    expect(isAllowedHost(url, hosts), url).toBe(false)
  expect(isAllowedHost('https://pbx.example.com/', [])).toBe(false)
})

test('sound is told by its first bytes', () => {
  const of = (text: string) => audioType(Buffer.from(text, 'latin1'))
  expect(of('RIFF\x24\x00\x00\x00WAVEfmt ')).toBe('audio/wav')
  expect(of('ID3\x03\x00')).toBe('audio/mpeg')
  expect(of('\xff\xfb\x90\x44')).toBe('audio/mpeg')
  expect(of('OggS\x00')).toBe('audio/ogg')
  expect(of('#!AMR\n')).toBe('audio/amr')
  expect(of('RIFF\x24\x00\x00\x00WEBPVP8 ')).toBeUndefined()
  expect(of('<html><audio>')).toBeUndefined()
  expect(of('\xff\xd8\xff\xe0')).toBeUndefined()
  expect(of('')).toBeUndefined()
})

test('a body is read as what it is, whatever it says that it is', () => {
  expect(fieldsOf(Buffer.from('{"event":"newCall"}'))).toEqual({ event: 'newCall' })
  expect(fieldsOf(Buffer.from('event=newCall&user[]=1&user[]=2'))).toEqual({ event: 'newCall', 'user[]': ['1', '2'] })
  expect(fieldsOf(Buffer.from('hello'))).toBeUndefined()
  expect(fieldsOf(Buffer.from('{"a":"x\\u0000\\ud800"}'))).toEqual({ a: 'x\ufffd' })
})

test('no sheet takes a field of the export for a formula', () => {
  expect(csvField('=1+1')).toBe("'=1+1")
  expect(csvField('+8613800138000')).toBe("'+8613800138000")
  expect(csvField('a,"b"')).toBe('"a,""b"""')
  expect(csvField(null)).toBe('')
})
