import { expect, test } from 'vitest'
import { reactJob } from '../../jobs/react.ts'
import type { HouseEvent } from '../../server/events/event.ts'
import type { TicketId } from '../../server/kernel/ids.ts'
import { openLog } from '../../server/platform/log.ts'
import { buildReact, listeners, type Reactions } from '../../server/platform/reactions.ts'
import type { Database } from '../../server/schema.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

const queued = (id: string): HouseEvent<'ticket.queued'> => ({
  id,
  name: 'ticket.queued',
  payload: { ticketId: '1' as TicketId, round: 1, head: false, why: 'asked' },
  about: [],
})
const closed = (id: string): HouseEvent<'ticket.closed'> => ({
  id,
  name: 'ticket.closed',
  payload: { ticketId: '1' as TicketId, round: 1 },
  about: [],
})

function listening(fails: (id: string) => boolean = () => false) {
  const done: string[] = []
  const reactions: Reactions<Database>[] = [
    {
      feature: 'lamp',
      on: {
        'ticket.closed': async () => {
          if (fails('closed')) throw new Error('no light')
          done.push('closed')
        },
      },
      sweep: { after: ['ticket.queued'], act: async () => done.push('swept') },
    },
  ]
  const { transact } = acts(database, handSetClock())
  return { done, reactions, react: buildReact({ db: database.db, transact, reactions, log: openLog('silent') }) }
}

test('a sweep is done once a batch, after what each event asks for', async () => {
  const { react, done } = listening()
  await react('lamp', [queued('1'), closed('2'), queued('3'), closed('4')])
  expect(done).toEqual(['closed', 'closed', 'swept'])
})

test('what happens to a whole company is reacted to together where it follows each other, in its order and each once', async () => {
  const done: string[] = []
  const { transact } = acts(database, handSetClock())
  const reactions: Reactions<Database>[] = [
    {
      feature: 'lamp',
      on: { 'ticket.closed': async () => void done.push('closed') },
      together: { 'ticket.queued': async (_, all) => void done.push(`queued ${all.length}`) },
    },
  ]
  const react = buildReact({ db: database.db, transact, reactions, log: openLog('silent') })
  await react('lamp', [queued('1')])
  await react('lamp', [queued('1'), queued('2'), queued('3'), closed('4'), closed('5'), queued('6')])
  expect(done).toEqual(['queued 1', 'queued 2', 'closed', 'closed', 'queued 1'])
  expect(listeners(reactions, 'ticket.queued')).toEqual(['lamp'])
})

test('an event that comes again is reacted to no second time', async () => {
  const { react, done } = listening()
  await react('lamp', [closed('1')])
  await react('lamp', [closed('1'), closed('2')])
  expect(done).toEqual(['closed', 'closed'])
})

test('where one event of a batch fails the others are still reacted to, and the batch counts as failed', async () => {
  let first = true
  const { react, done } = listening(() => {
    const fails = first || done.length === 0
    first = false
    return fails
  })
  await expect(react('lamp', [closed('1'), queued('2')])).rejects.toThrow('no light')
  expect(done).toEqual(['swept'])
})

test('a feature hears of what it sweeps after', () => {
  const { reactions } = listening()
  expect(listeners(reactions, 'ticket.queued')).toEqual(['lamp'])
  expect(listeners(reactions, 'ticket.resolved')).toEqual([])
})

test('a job hears all who listen, one after the other; one that fails holds up none behind it and is named', async () => {
  const asked: string[] = []
  const run = reactJob(async (feature) => {
    asked.push(feature)
    if (feature === 'lamp') throw new Error('no light')
  })
  const job = { name: 'react', id: 'react-1-2', data: { features: ['desk', 'lamp', 'bell'], events: [closed('1')] } }
  await expect(run(job)).rejects.toThrow('lamp: Error: no light')
  expect(asked).toEqual(['desk', 'lamp', 'bell'])
})
