import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addCounted,
  type ChannelKind,
  type Clock,
  countedSeconds,
  endClock,
  hear,
  mergeWindows,
  type PolicyFor,
  pauseClock,
  pickPolicy,
  resumeClock,
  startClock,
  usualPolicy,
  type Word,
  warnAt,
} from '../../../server/tickets/sla/rules.ts'

const policy = { firstSeconds: 60, nextSeconds: 120, resolutionSeconds: 3600, hours: 'always' } as const
const start = Date.parse('2026-11-23T18:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000)
const on = { policy, counted: null, withDepartment: false, answeredByVoice: false, notBefore: at(0) }
const word = (seq: number, seconds: number, by: Word['by'], code: string | null = null): Word => ({
  seq,
  at: at(seconds),
  round: 1,
  by,
  code,
})
const fold = (...words: Word[]): Clock[] => words.reduce<Clock[]>((clocks, one) => hear(clocks, one, on), [])
const answer = (clocks: readonly Clock[]) => clocks.filter(({ kind }) => kind !== 'resolution')
const resolution = (clocks: readonly Clock[]) => clocks.filter(({ kind }) => kind === 'resolution')

test('a question starts the answer clock and a second one does not reset it', () => {
  const clocks = fold(word(1, 0, 'customer'), word(2, 30, 'customer'))
  expect(answer(clocks)).toHaveLength(1)
  expect(answer(clocks)[0]).toMatchObject({ kind: 'first', dueAt: at(60) })
})

test('an answer in time is met, a later one breached; the next question has a clock of its own', () => {
  const clocks = fold(word(1, 0, 'customer'), word(2, 60, 'staff'), word(3, 100, 'customer'), word(4, 221, 'staff'))
  expect(answer(clocks).map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['first', 'met'],
    ['next', 'breached'],
  ])
})

test('the resolution clock stands still while we wait for the customer', () => {
  const clocks = fold(word(1, 0, 'customer'), word(2, 600, 'staff'), word(3, 90_000, 'customer'))
  expect(resolution(clocks)[0]?.dueAt).toEqual(at(90_000 + 3000))
  const done = hear(clocks, word(4, 91_000, 'house', 'resolved'), on)
  expect(resolution(done)[0]?.outcome).toBe('met')
})

test('what came back to the queue owes an answer again', () => {
  const clocks = fold(word(1, 0, 'customer'), word(2, 30, 'staff'), word(3, 200, 'house', 'returned'))
  expect(answer(clocks).at(-1)).toMatchObject({ kind: 'next', startedAt: at(200), dueAt: at(320) })
})

test('a talk by phone was the first answer', () => {
  const spoken = { ...on, answeredByVoice: true }
  const first = hear([], word(1, 0, 'customer'), spoken)
  expect(answer(first)).toEqual([])
  expect(answer(hear(first, word(2, 50, 'customer'), spoken))[0]).toMatchObject({ kind: 'next', dueAt: at(170) })
})

test('a clock that stands still is never late, and one that was late before stays so', () => {
  const clock = startClock({ kind: 'next', round: 1, targetSeconds: 60 }, at(0), null)
  expect(endClock(pauseClock(clock, at(59), null), at(5000)).outcome).toBe('met')
  expect(endClock(pauseClock(clock, at(61), null), at(5000)).outcome).toBe('breached')
  expect(resumeClock(pauseClock(clock, at(40), null), at(1000), null).dueAt).toEqual(at(1020))
  expect(endClock(resumeClock(pauseClock(clock, at(70), null), at(1000), null), at(1001)).outcome).toBe('breached')
})

test('a warning comes when three quarters of the time are gone', () => {
  expect(warnAt(startClock({ kind: 'first', round: 1, targetSeconds: 60 }, at(0), null))).toEqual(at(45))
})

test('in night hours a clock runs over midnight, stops in the morning and goes on in the evening', () => {
  const nights = [
    { from: new Date('2026-11-23T14:00:00Z'), to: new Date('2026-11-23T22:00:00Z') },
    { from: new Date('2026-11-24T14:00:00Z'), to: new Date('2026-11-24T22:00:00Z') },
  ]
  expect(addCounted(new Date('2026-11-23T21:30:00Z'), 3600, nights)).toEqual(new Date('2026-11-24T14:30:00Z'))
  expect(addCounted(new Date('2026-11-24T03:00:00Z'), 60, nights)).toEqual(new Date('2026-11-24T14:01:00Z'))
  // Beyond the last planned night every second counts, so that no promise is without an end.
  expect(addCounted(new Date('2026-11-24T21:59:00Z'), 120, nights)).toEqual(new Date('2026-11-24T22:01:00Z'))
})

test('what is added can be counted again, whatever the roster', () => {
  const windows = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 500_000 }), fc.integer({ min: 1, max: 40_000 })), { maxLength: 8 })
    .map((pairs) => mergeWindows(pairs.map(([from, length]) => ({ from: at(from), to: at(from + length) }))))
  fc.assert(
    fc.property(
      windows,
      fc.integer({ min: 0, max: 400_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (counted, from, seconds) => {
        const due = addCounted(at(from), seconds, counted)
        expect(countedSeconds(at(from), due, counted)).toBeCloseTo(seconds, 3)
      },
    ),
  )
})

test('the policy that says most about a ticket holds: category, then priority, then channel', () => {
  const any = { channel: null, categoryId: null, priority: null, ...policy }
  const policies = [
    { ...any, name: 'all' },
    { ...any, channel: 'chat' as const, name: 'chat' },
    { ...any, priority: 'urgent' as const, name: 'urgent' },
    { ...any, categoryId: '7', name: 'outage' },
  ]
  const pick = (categoryIds: string[], priority: 'normal' | 'urgent', channel: 'chat' | 'form' = 'chat') =>
    pickPolicy(policies, { channel, categoryIds, priority })?.name
  expect(pick([], 'normal', 'form')).toBe('all')
  expect(pick([], 'normal')).toBe('chat')
  expect(pick([], 'urgent')).toBe('urgent')
  expect(pick(['9', '7'], 'urgent')).toBe('outage')
})

test('row 14: where no policy says otherwise a chat has 60 seconds, a call 20, mail and what is left as a form 30 minutes', () => {
  const usual = { answerSeconds: 60, callAnswerSeconds: 20, formAnswerMinutes: 30, resolutionHours: 4 }
  const times = (channel: ChannelKind) => {
    const { firstSeconds, nextSeconds, resolutionSeconds } = usualPolicy(channel, usual)
    return [firstSeconds, nextSeconds, resolutionSeconds]
  }
  expect(times('chat')).toEqual([60, 60, 14_400])
  expect(times('phone')).toEqual([20, 60, 14_400])
  expect(times('mail')).toEqual([1800, 1800, 14_400])
  expect(times('form')).toEqual([1800, 60, 14_400])
})

test('among policies that say as much the first one holds, and one for another channel, topic or urgency never', () => {
  const any = { channel: null, categoryId: null, priority: null, ...policy }
  const facts = { channel: 'mail', categoryIds: ['7'], priority: 'high' } as const
  const pick = (...policies: (Partial<PolicyFor> & { name: string })[]) =>
    pickPolicy(
      policies.map((one) => ({ ...any, ...one })),
      facts,
    )?.name
  expect(pick({ channel: 'mail', name: 'first' }, { channel: 'mail', name: 'second' })).toBe('first')
  expect(pick({ channel: 'mail', name: 'mail' }, { priority: 'high', name: 'high' })).toBe('high')
  expect(pick({ channel: 'mail', priority: 'high', name: 'both' }, { categoryId: '7', name: 'topic' })).toBe('topic')
  expect(
    pick({ channel: 'phone', name: 'a' }, { categoryId: '9', name: 'b' }, { priority: 'low', name: 'c' }),
  ).toBeUndefined()
  expect(pick({ channel: 'mail', categoryId: '9', name: 'half' }, { name: 'all' })).toBe('all')
})
