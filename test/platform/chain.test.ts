import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type RawBuilder, sql } from 'kysely'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { anchorChain } from '../../jobs/anchor-chain.ts'
import { BEGINNING, linkHash, readAnchors, type Sealed, verifyChain } from '../../server/platform/chain.ts'
import { openLog } from '../../server/platform/log.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)

/** A house in which five things were set, told and sealed; their events in order. */
let events: string[]
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  await happen(5)
  events = await idsOf()
})
const idsOf = async (): Promise<string[]> =>
  (await sql<{ id: string }>`select event_id as id from event_chain order by n`.execute(database.db)).rows.map(
    ({ id }) => id,
  )
async function happen(times: number): Promise<void> {
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  const admin = await signedIn(house, lan)
  for (let n = 0; n < times; n++) await admin.post('/settings/sites', { origin: `https://shop-${lan}-${n}.example` })
  await expect
    .poll(async () => {
      await house.relay.pass()
      return (await sql`select from outbox`.execute(database.db)).rows.length
    })
    .toBe(0)
}

const verify = (anchors: Awaited<ReturnType<typeof readAnchors>> = []) => verifyChain(database.db, anchors)
/** As somebody who owns the database does it: past the trigger that refuses. */
const behindTheBack = (...statements: RawBuilder<unknown>[]) =>
  database.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    for (const statement of statements) await statement.execute(trx)
  })

test('a log that nobody touched is whole, also while events wait to be sealed', async () => {
  const before = await verify()
  expect(before).toMatchObject({ whole: true, links: events.length })
  await sql`
    with e as (insert into events (at, name, actor, payload) values (now(), 'site.allowed', 'system', '{}') returning id)
    insert into outbox (event_id, about, at) select id, '{}', now() from e`.execute(database.db)
  expect(await verify()).toMatchObject({ whole: true, events: events.length + 1, links: events.length })
})

test.each([
  ['payload', sql`update events set payload = payload || '{"siteId": "999"}' where id = `],
  ['actor', sql`update events set actor = 'staff:1' where id = `],
  ['name', sql`update events set name = 'site.refused' where id = `],
  ['instant', sql`update events set at = at + interval '1 microsecond' where id = `],
])('a changed %s is found, and the first of several is named', async (_what, changing) => {
  const [, second, , fourth] = events
  await behindTheBack(sql`${changing} ${fourth}`, sql`${changing} ${second}`)
  expect(await verify()).toEqual({ whole: false, what: 'changed', eventId: second, link: '2' })
})

test('a missing event, and a missing link with its event, are found', async () => {
  await behindTheBack(sql`delete from events where id = ${events[2]}`)
  expect(await verify()).toEqual({ whole: false, what: 'missing', eventId: events[2], link: '3' })
  await behindTheBack(sql`delete from event_chain where n = 3`)
  expect(await verify()).toEqual({ whole: false, what: 'missing', eventId: null, link: '3' })
})

test('an event that is sealed twice is found', async () => {
  await sql`alter table event_chain drop constraint event_chain_each_event_once`.execute(database.db)
  onTestFinished(async () => {
    await sql`delete from event_chain`.execute(database.db)
    await sql`alter table event_chain add constraint event_chain_each_event_once unique (event_id)`.execute(database.db)
  })
  await behindTheBack(
    sql`insert into event_chain (n, event_id, hash) select max(n) + 1, ${events[1]}::bigint, '\\x00' from event_chain`,
  )
  const link = String(events.length + 1)
  expect(await verify()).toEqual({ whole: false, what: 'doubled', eventId: events[1], link })
})

test('an event that was put there past the relay is found', async () => {
  const { rows } = await sql<{ id: string }>`
    insert into events (at, name, actor, payload) select at, name, actor, payload from events where id = ${events[0]}
    returning id`.execute(database.db)
  expect(await verify()).toEqual({ whole: false, what: 'planted', eventId: rows[0]?.id })
})

test('each hour the head is written down outside, once, and only where it moved', async () => {
  const { run, list, folder } = anchoring()
  expect(await list()).toHaveLength(1)
  await run()
  await run()
  expect(await list()).toEqual([])
  clock.forward({ minutes: 59 })
  await happen(1)
  expect(await list()).toEqual([])
  clock.forward({ minutes: 1 })
  expect(await list()).toHaveLength(1)
  await run()
  clock.forward({ hours: 5 })
  expect(await list()).toEqual([])
  const anchors = await readAnchors(folder)
  expect(anchors.map(({ n }) => Number(n))).toEqual([events.length, (await idsOf()).length])
  expect(await verify(anchors)).toMatchObject({ whole: true, anchors: 2 })
})

test('an end that was cut off is found by the anchor alone', async () => {
  const { run, folder } = anchoring()
  await run()
  const last = events.at(-1)
  await behindTheBack(sql`delete from event_chain where event_id = ${last}`, sql`delete from events where id = ${last}`)
  expect(await verify()).toMatchObject({ whole: true })
  expect(await verify(await readAnchors(folder))).toMatchObject({ what: 'cut', link: String(events.length) })
})

test('a chain that was made anew around a changed event is found by the anchor alone', async () => {
  const { run, folder } = anchoring()
  await run()
  await behindTheBack(sql`update events set actor = 'staff:1' where id = ${events[1]}`)
  let previous = BEGINNING
  const { rows } = await sql<Sealed & { n: string }>`
    select c.n, e.id, extract(epoch from e.at)::text as at, e.name, e.actor, e.payload::text as payload
    from event_chain c join events e on e.id = c.event_id order by c.n`.execute(database.db)
  for (const row of rows) {
    previous = linkHash(previous, row)
    await sql`update event_chain set hash = ${previous} where n = ${row.n}`.execute(database.db)
  }
  expect(await verify()).toMatchObject({ whole: true })
  const anchors = await readAnchors(folder)
  expect(await verify(anchors)).toMatchObject({ what: 'rewritten', link: String(events.length) })
})

test('a line of the anchors that cannot be read agrees with nothing', async () => {
  const { run, folder } = anchoring()
  await run()
  const [file = ''] = fs.readdirSync(path.join(folder, 'anchors'))
  fs.appendFileSync(path.join(folder, 'anchors', file), '{"at": "2026-')
  expect(await verify(await readAnchors(folder))).toMatchObject({ what: 'cut', link: '0', anchoredAt: 'unreadable' })
})

/** The hourly job in a data folder of its own. */
function anchoring() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-anchors-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const config = { ...house.deps.config, dataDir: folder }
  const job = anchorChain({ ...house.deps, config, log: openLog('silent') })
  return { folder, run: () => job.run('head'), list: () => job.list(database.db, clock.now(), 10) }
}
