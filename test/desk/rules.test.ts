import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Candidate,
  isAble,
  isAnyoneLeft,
  isOverWithShift,
  loadOf,
  pickAgent,
  whyNotAsked,
  whyNotMore,
  whyNotTake,
} from '../../server/desk/rules.ts'
import type { StaffId } from '../../server/kernel/ids.ts'

const now = new Date('2026-11-23T18:14:00Z')
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const routing = { capacity: 5, waitingOnCustomerLoad: 0.3, quietSeconds: 20, noOffersBeforeEndMinutes: 15 }
const question = { id: '42', language: 'zh-CN', skill: null, askedLately: [] } as const
const askedBefore = (...staffIds: string[]) => ({ ...question, askedLately: staffIds as StaffId[] })

const agent = (staffId: string, traits: Partial<Candidate> = {}): Candidate => ({
  staffId: staffId as StaffId,
  shiftEndsAt: after(200),
  seenAt: now,
  onBreak: false,
  engaged: false,
  hasOpenOffer: false,
  waitingOnUs: 0,
  waitingOnCustomer: 0,
  languages: ['zh-CN'],
  skills: [],
  lastOfferAt: null,
  ...traits,
})
const picked = (ticket: Parameters<typeof pickAgent>[0], ...people: Candidate[]) =>
  pickAgent(ticket, people, routing, now)?.staffId

test('the fewest load wins; one that waits for the customer weighs 0.3', () => {
  expect(loadOf({ waitingOnUs: 2, waitingOnCustomer: 3 }, routing)).toBeCloseTo(2.9)
  expect(picked(question, agent('1', { waitingOnUs: 2 }), agent('2', { waitingOnUs: 1, waitingOnCustomer: 3 }))).toBe(
    '2',
  )
})

test('of two with the same load it is whose last offer was longer ago, and who was never asked before both', () => {
  const mei = agent('1', { lastOfferAt: before(300) })
  const zhou = agent('2', { lastOfferAt: before(600) })
  expect(picked(question, mei, zhou)).toBe('2')
  expect(picked(question, mei, zhou, agent('3'))).toBe('3')
})

test('who speaks the language and has the skill goes before who only speaks it, and that one before anybody', () => {
  const english = { id: '42', language: 'en', skill: 'dns', askedLately: [] } as const
  const anybody = agent('1')
  const speaks = agent('2', { languages: ['zh-CN', 'en'], waitingOnUs: 2 })
  const skilled = agent('3', { languages: ['en'], skills: ['dns'], waitingOnUs: 3 })
  expect(picked(english, anybody, speaks, skilled)).toBe('3')
  expect(picked(english, anybody, speaks)).toBe('2')
  expect(picked(english, anybody)).toBe('1')
})

test('nobody is asked twice about a ticket within the time, and nobody about two at once', () => {
  expect(picked(askedBefore('1'), agent('1'))).toBeUndefined()
  expect(picked(question, agent('1', { hasOpenOffer: true }))).toBeUndefined()
})

test('on a break, silent for 20 seconds, with full hands or a quarter of an hour before the end nobody is asked', () => {
  expect(isAble(agent('1'), routing, now)).toBe(true)
  expect(isAble(agent('1', { onBreak: true }), routing, now)).toBe(false)
  expect(isAble(agent('1', { seenAt: before(20) }), routing, now)).toBe(true)
  expect(isAble(agent('1', { seenAt: before(21) }), routing, now)).toBe(false)
  expect(isAble(agent('1', { seenAt: null }), routing, now)).toBe(false)
  expect(isAble(agent('1', { waitingOnUs: 4 }), routing, now)).toBe(true)
  expect(isAble(agent('1', { waitingOnUs: 4, waitingOnCustomer: 1 }), routing, now)).toBe(false)
  expect(isAble(agent('1', { shiftEndsAt: after(15) }), routing, now)).toBe(false)
  expect(isAble(agent('1', { shiftEndsAt: new Date(after(15).getTime() + 1) }), routing, now)).toBe(true)
})

test('whoever is not asked is told why', () => {
  expect(whyNotAsked(agent('1'), routing, now)).toBeNull()
  expect(whyNotAsked(agent('1', { onBreak: true }), routing, now)).toBe('break')
  expect(whyNotAsked(agent('1', { shiftEndsAt: after(15), waitingOnUs: 9 }), routing, now)).toBe('ending')
  expect(whyNotAsked(agent('1', { waitingOnUs: 4, waitingOnCustomer: 1 }), routing, now)).toBe('full')
})

test('whoever is chosen is able, has no open offer and was not asked lately; with nobody chosen there is nobody such', () => {
  const anyAgent = fc
    .record({
      onBreak: fc.boolean(),
      hasOpenOffer: fc.boolean(),
      silent: fc.integer({ min: 0, max: 60 }),
      waitingOnUs: fc.integer({ min: 0, max: 6 }),
      waitingOnCustomer: fc.integer({ min: 0, max: 6 }),
      languages: fc.constantFrom(['zh-CN'] as const, ['en'] as const),
      minutesLeft: fc.integer({ min: 0, max: 60 }),
    })
    .map(({ silent, minutesLeft, ...traits }) => ({
      ...traits,
      seenAt: before(silent),
      shiftEndsAt: after(minutesLeft),
    }))
  fc.assert(
    fc.property(fc.array(anyAgent, { maxLength: 8 }), fc.subarray(['1', '2', '3', '4', '9']), (all, before) => {
      const people = all.map((traits, n) => agent(String(n + 1), traits))
      const free = people.filter(
        (one) => isAble(one, routing, now) && !one.hasOpenOffer && !before.includes(one.staffId),
      )
      const chosen = pickAgent(askedBefore(...before), people, routing, now)
      expect(free.length > 0).toBe(chosen !== undefined)
      if (chosen) expect(free).toContain(chosen)
      const speaking = free.filter(({ languages }) => languages.includes('zh-CN'))
      if (chosen && speaking.length > 0)
        expect(loadOf(chosen, routing)).toBe(Math.min(...speaking.map((one) => loadOf(one, routing))))
    }),
  )
})

test('somebody is left to ask while they answer another offer, and nobody once all were asked', () => {
  const left = (...people: Candidate[]) => isAnyoneLeft(askedBefore('1'), people, routing, now)
  expect(left(agent('1'), agent('2', { hasOpenOffer: true }))).toBe(true)
  expect(left(agent('1'), agent('2', { onBreak: true }))).toBe(false)
  expect(left()).toBe(false)
})

test('an offer is taken until its last second, and once', () => {
  const offer = { state: 'made', staffId: '1' as StaffId, expiresAt: after(0) }
  const just = new Date(now.getTime() - 1)
  expect(whyNotTake(offer, offer.staffId, just)).toBeNull()
  expect(whyNotTake(offer, offer.staffId, now)?.code).toBe('desk.offer_over')
  expect(whyNotTake({ ...offer, state: 'expired' }, offer.staffId, just)?.code).toBe('desk.offer_over')
  for (const state of ['taken', 'passed', 'withdrawn'])
    expect(whyNotTake({ ...offer, state }, offer.staffId, just)?.code).toBe('desk.taken_already')
})

test('five conversations that wait for us are enough, and the refusal says how many', () => {
  expect(whyNotMore({ waitingOnUs: 4, waitingOnCustomer: 0 }, routing)).toBeNull()
  expect(whyNotMore({ waitingOnUs: 5, waitingOnCustomer: 0 }, routing)).toMatchObject({
    code: 'desk.hands_full',
    details: { limit: 5 },
  })
})

test('after the shift a quiet conversation is over at once and a live one after half an hour', () => {
  const end = now
  const live = { waitingOn: 'us', lastMessageAt: now } as const
  const quiet = { waitingOn: 'customer', lastMessageAt: before(600) } as const
  expect(isOverWithShift(quiet, end, 30, before(1))).toBe(false)
  expect(isOverWithShift(quiet, end, 30, now)).toBe(true)
  expect(isOverWithShift({ ...quiet, lastMessageAt: before(599) }, end, 30, now)).toBe(false)
  expect(isOverWithShift(live, end, 30, after(29.9))).toBe(false)
  expect(isOverWithShift(live, end, 30, after(30))).toBe(true)
})
