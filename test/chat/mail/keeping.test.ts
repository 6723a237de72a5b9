import { beforeEach, expect, test } from 'vitest'
import { forgetFiles } from '../../../jobs/forget-files.ts'
import { incomingOver } from '../../../server/chat/mail/keeping/queries.ts'
import { takeArrived } from '../../../server/chat/mail/reader.ts'
import { system } from '../../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { MARKER, whereStands } from '../../support/kept.ts'
import { letter } from '../../support/letters.ts'
import { hire } from '../../support/people.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

let uid = 0
const arrive = (raw: Buffer) =>
  takeArrived(house.deps, 'desk@mail/INBOX', {
    uidValidity: '1',
    uid: ++uid,
    bytes: raw.length,
    at: clock.now(),
    raw,
    whole: true,
  })
const from = `${MARKER} <${MARKER}@example.com>`
const refused = () =>
  arrive(letter({ from, subject: MARKER, text: MARKER, headers: { 'Auto-Submitted': 'auto-replied' } }))

async function sweep(): Promise<void> {
  const job = forgetFiles(house.deps)
  for (const { id } of await job.list(database.db, clock.now(), 100)) await job.run(id)
}

test('an erasure takes what came by mail, taken or not, with its file', async () => {
  await arrive(
    letter({ from, subject: MARKER, files: [{ name: `${MARKER}.txt`, type: 'text/plain', content: MARKER }] }),
  )
  await refused()
  await database.db.updateTable('tickets').set({ state: 'closed', closed_at: clock.now() }).execute()
  const places = new Set((await whereStands(house, MARKER)).map((place) => place.split(':')[0]))
  expect(places).toEqual(new Set(['contacts', 'customers', 'file', 'incoming_mails', 'messages', 'tickets']))
  const { number, customer_id: id } = await database.db.selectFrom('tickets').selectAll().executeTakeFirstOrThrow()
  const office = await signedIn(house, await hire(database.db, '严明', { roles: ['administration'], posts: [] }))
  await office.post(`/customers/${id}/erasure`, { reason: 'their_wish', words: '来信要求' })
  expect((await office.post(`/customers/${id}/erasure/confirmation`, { typed: number })).status).toBe(303)
  await sweep()
  expect(await whereStands(house, MARKER)).toEqual([])
})

test('what nobody has taken goes after its days, and the same letter is still known', async () => {
  await refused()
  const raw = letter({ from, id: '<again@example.com>', headers: { 'Auto-Submitted': 'auto-replied' } })
  await arrive(raw)
  clock.forward({ hours: 24 })
  expect(await incomingOver.count(database.db, clock.now())).toBe(2)
  const ids = await incomingOver.list(database.db, clock.now(), 10)
  const { ended } = await house.deps.transact(system, (tx) => incomingOver.end(tx, ids, clock.now()))
  expect(ended).toBe(2)
  await sweep()
  expect(await whereStands(house, MARKER)).toEqual([])
  expect(await incomingOver.count(database.db, clock.now())).toBe(0)
  await arrive(raw)
  expect(await database.db.selectFrom('incoming_mails').selectAll().execute()).toHaveLength(2)
})
