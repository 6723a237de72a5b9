import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { currentSettings, forgetSettings } from '../../server/settings/queries.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

beforeEach(forgetSettings)

test('whoever holds locks reads settings on their own connection, and never waits for somebody who waits for them', async () => {
  let elsewhere: Promise<unknown> = Promise.resolve()
  await database.db.transaction().execute(async (trx) => {
    await sql`lock table settings in access exclusive mode`.execute(trx)
    elsewhere = currentSettings(database.db)
    await expect(currentSettings(trx)).resolves.toMatchObject({ offerSeconds: 20 })
  })
  await expect(elsewhere).resolves.toMatchObject({ offerSeconds: 20 })
})

test('what is changed while somebody reads is not covered by what they read', async () => {
  const before = currentSettings(database.db)
  await database.db
    .insertInto('settings')
    .values({ key: 'offerSeconds', value: '33', changed_by: null, changed_at: new Date('2026-11-24T02:14:00+08:00') })
    .execute()
  forgetSettings()
  await before
  expect((await currentSettings(database.db)).offerSeconds).toBe(33)
})
