import { sql } from 'kysely'
import type { CategoryId, ChangeId, StaffId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import type { Reader, Tx } from '../schema.ts'
import { keepChange } from './changes/queries.ts'
import type { SettingKey, Settings } from './definitions.ts'
import { DEFAULTS, sameValue, settingsFrom } from './rules.ts'

const KEPT_MILLISECONDS = 1000
/** While somebody reads anew the others go on with what was read before, at most so old. */
const OLDEST_MILLISECONDS = 5000
type Kept = { readonly at: number; readonly settings: Settings; reading: boolean }
const kept = new Map<string, Kept>()
/** Counts how often everything was forgotten. */
let forgotten = 0

/**
 * The company's settings, at most a second old: read on every act, changed a few times a year. Nobody waits for what
 * another reads: whoever holds locks would wait for a connection that waits for those locks.
 * `place` tells databases apart where one process speaks to several (tests).
 */
export async function currentSettings(db: Reader, place = 'house'): Promise<Settings> {
  const at = performance.now()
  const known = kept.get(place)
  const age = known ? at - known.at : Number.POSITIVE_INFINITY
  if (known && (age < KEPT_MILLISECONDS || (known.reading && age < OLDEST_MILLISECONDS))) return known.settings
  if (known) known.reading = true
  const begun = forgotten
  try {
    const settings = await readSettings(db)
    // What was forgotten meanwhile may have been changed since we asked.
    if (begun === forgotten) kept.set(place, { at, settings, reading: false })
    return settings
  } finally {
    if (known) known.reading = false
  }
}

/** The next read within this process sees what was just committed. */
export function forgetSettings(): void {
  kept.clear()
  forgotten++
}

export const readSettings = async (db: Reader): Promise<Settings> =>
  settingsFrom(await db.selectFrom('settings').select(['key', 'value']).execute())

/** Any constant of our own. */
const LOCK = 4_201_003

/** Whoever changes settings waits for whoever does so now: what holds between two of them is checked on what is really there. */
export const lockSettings = (tx: Tx) => sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx.db)

/**
 * Stores one setting with its change and returns that; null where it is so already. A value that is the default is not
 * kept: a later default is then followed. In force in this process after the commit, in others within a second.
 */
export async function storeSetting<Key extends SettingKey>(
  db: Reader,
  row: { key: Key; value: Settings[Key]; by: StaffId | null; at: Date },
): Promise<ChangeId | null> {
  const old = (await readSettings(db))[row.key]
  if (sameValue(old, row.value)) return null
  const value = JSON.stringify(row.value)
  if (sameValue(row.value, DEFAULTS[row.key])) await db.deleteFrom('settings').where('key', '=', row.key).execute()
  else
    await db
      .insertInto('settings')
      .values({ key: row.key, value, changed_by: row.by, changed_at: row.at })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, changed_by: row.by, changed_at: row.at }))
      .execute()
  forgetSettings()
  return keepChange(db, { subject: row.key, old, new: row.value, by: row.by, at: row.at })
}

export type Category = {
  id: CategoryId
  code: string
  parentId: CategoryId | null
  name: Bilingual
  skill: string | null
}

/** Active categories in their order, each followed by those under it, which go with a parent that is switched off. */
export async function listCategories(db: Reader): Promise<Category[]> {
  const rows = await db
    .selectFrom('categories as c')
    .leftJoin('categories as above', 'above.id', 'c.parent_id')
    .select(['c.id', 'c.code', 'c.parent_id', 'c.name', 'c.skill'])
    .where('c.active', '=', true)
    .where(({ or, eb }) => or([eb('above.id', 'is', null), eb('above.active', '=', true)]))
    .orderBy(sql`coalesce(above.position, c.position)`)
    .orderBy(sql`coalesce(above.id, c.id)`)
    .orderBy(sql`c.parent_id nulls first`)
    .orderBy('c.position')
    .orderBy('c.id')
    .execute()
  return rows.map((row) => ({
    id: row.id as CategoryId,
    code: row.code,
    parentId: row.parent_id as CategoryId | null,
    name: row.name,
    skill: row.skill,
  }))
}

export const isAllowedSite = async (db: Reader, origin: string): Promise<boolean> =>
  (await db.selectFrom('allowed_sites').select('origin').where('origin', '=', origin).executeTakeFirst()) !== undefined

export const listAllowedSites = async (db: Reader): Promise<string[]> =>
  (await db.selectFrom('allowed_sites').select('origin').orderBy('origin').execute()).map((row) => row.origin)
