import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { takeEvent } from '../../server/calls/actions.ts'
import { parseCti } from '../../server/calls/adapters/cti.ts'
import { learn, NOTHING_KNOWN, stageOf, stateOf } from '../../server/calls/rules.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { aLine, giveExtension, type TestLine } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let line: TestLine
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  await giveExtension(house, '803', mei)
  line = await aLine(house)
})

let run = 0
const iso = (second: number): string => new Date(Date.parse(TWO_FOURTEEN) - 120_000 + second * 1000).toISOString()
/** A call as it was, each event with its own instant. */
const STORIES = {
  answered: [
    { event: 'newCall', at: 0 },
    { event: 'answer', user: '803', at: 9 },
    { event: 'hangup', cause: 'normalClearing', answeringNumber: '803', at: 60 },
    { event: 'dtmf', digit: '4', at: 63 },
  ],
  missed: [
    { event: 'newCall', at: 0 },
    { event: 'hangup', cause: 'noAnswer', at: 30 },
  ],
  given_up: [
    { event: 'newCall', at: 0 },
    { event: 'hangup', cause: 'cancel', at: 7 },
  ],
  voicemail: [
    { event: 'newCall', at: 0 },
    { event: 'answer', user: 'voicemail', answeringNumber: 'voicemail', at: 20 },
    { event: 'voicemail', recordingUrl: 'https://pbx.example.com/1.wav', at: 40 },
    { event: 'hangup', cause: 'normalClearing', at: 41 },
  ],
} as const
type Told = Record<string, unknown> & { event: string; at: number }

const sent = fc.constantFrom(...Object.keys(STORIES)).chain((story) =>
  fc.record({
    story: fc.constant(story as keyof typeof STORIES),
    hidden: fc.boolean(),
    // Some are lost, some come twice, all come in any order.
    events: fc
      .subarray([...STORIES[story as keyof typeof STORIES]] as unknown as Told[], { minLength: 1 })
      .chain((some) => fc.tuple(fc.constant(some), fc.array(fc.constantFrom(...some), { maxLength: 3 })))
      .chain(([some, again]) => {
        const all = [...some, ...again]
        return fc
          .shuffledSubarray(
            all.map((_, n) => n),
            { minLength: all.length },
          )
          .map((order) => order.map((n) => all[n] as Told))
      }),
  }),
)

test('row 14: any shuffle, loss and repetition of a call’s events ends in the right state, never back, with at most one ticket and one callback', async () => {
  const { db, transact } = house.deps
  await fc.assert(
    fc.asyncProperty(sent, async ({ story, hidden, events }) => {
      run += 1
      const callId = `run-${run}`
      const from = hidden ? 'anonymous' : `1380013${String(8000 + run)}`
      let stage = -1
      for (const { at, ...fields } of events) {
        const [event] = parseCti({ ...fields, callId, from, to: '4006789000', direction: 'in', occurredAt: iso(at) })
        if (!event) throw new Error('an event of the story is not read')
        await transact(system, (tx) =>
          takeEvent(tx, { id: line.id, ringSeconds: 30, recordingHosts: [] }, event, { raw: fields }),
        )
        const { state } = await db
          .selectFrom('calls')
          .select('state')
          .where('call_key', '=', callId)
          .executeTakeFirstOrThrow()
        expect(stageOf(state)).toBeGreaterThanOrEqual(stage)
        stage = stageOf(state)
        // Now and then what was announced is heard in between.
        if (at % 2 === 0) await heard(house)
      }
      await heard(house)
      const call = await db.selectFrom('calls').selectAll().where('call_key', '=', callId).executeTakeFirstOrThrow()
      const came = new Set(events.map(({ event }) => event))
      expect(call.state, JSON.stringify({ story, events })).toBe(expectedOf(story, came))
      const tickets = await db.selectFrom('tickets').select('id').where('channel', '=', 'phone').execute()
      const callbacks = hidden
        ? []
        : await db.selectFrom('callbacks').select(['id', 'state', 'times']).where('number', '=', `+86${from}`).execute()
      expect(callbacks.length).toBeLessThanOrEqual(1)
      const owes = ['missed', 'abandoned', 'voicemail'].includes(call.state) && !hidden
      expect(callbacks.filter(({ state }) => state === 'due')).toHaveLength(owes ? 1 : 0)
      expect(tickets.length).toBeLessThanOrEqual(hidden && call.state === 'voicemail' ? 1 : 0)
      await db.updateTable('tickets').set({ channel: 'web' }).where('channel', '=', 'phone').execute()
    }),
    { numRuns: 40 },
  )
}, 60_000)

/** What the events that came say, whatever order they came in. */
function expectedOf(story: keyof typeof STORIES, came: ReadonlySet<string>): string {
  let facts = NOTHING_KNOWN
  for (const { event, at, ...one } of STORIES[story] as readonly Told[]) {
    if (!came.has(event)) continue
    const when = new Date(iso(at))
    const machine = one.user === 'voicemail' || one.answeringNumber === 'voicemail'
    if (event === 'newCall') facts = learn(facts, { kind: 'rang', at: when })
    if (event === 'answer') facts = learn(facts, { kind: machine ? 'voicemail' : 'answered', at: when })
    if (event === 'voicemail') facts = learn(facts, { kind: 'voicemail', at: when })
    if (event !== 'hangup') continue
    facts = learn(facts, { kind: 'ended', at: when, cause: one.cause as 'cancel' })
    if (one.answeringNumber && !machine) facts = learn(facts, { kind: 'answered', at: when })
  }
  return stateOf(facts)
}

test('two events of one call at the same moment make one call', async () => {
  const { db } = house.deps
  const all = [
    { event: 'newCall', callId: 'two', from: '13800138000' },
    { event: 'answer', callId: 'two', user: '803' },
    { event: 'hangup', callId: 'two', cause: 'normalClearing' },
  ]
  await Promise.all([...all, ...all, ...all].map((one) => line.says(one)))
  expect(await db.selectFrom('calls').select(['state', 'answered_by']).execute()).toEqual([
    { state: 'ended', answered_by: mei },
  ])
  expect(await db.selectFrom('call_events').select('id').execute()).toHaveLength(3)
})
