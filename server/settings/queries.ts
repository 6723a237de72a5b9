import type { CategoryId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import type { Reader } from '../schema.ts'
import { type Settings, settingsFrom } from './rules.ts'

const KEPT_MILLISECONDS = 1000
const kept = new Map<string, { at: number; settings: Promise<Settings> }>()

/**
 * The company's settings, at most a second old: read on every act, changed a few times a year.
 * `place` tells databases apart where one process speaks to several (tests).
 */
export function currentSettings(db: Reader, place = 'house'): Promise<Settings> {
  const at = performance.now()
  const known = kept.get(place)
  if (known && at - known.at < KEPT_MILLISECONDS) return known.settings
  const settings = readSettings(db)
  kept.set(place, { at, settings })
  settings.catch(() => kept.delete(place))
  return settings
}

export const readSettings = async (db: Reader): Promise<Settings> =>
  settingsFrom(await db.selectFrom('settings').select(['key', 'value']).execute())

/** Stores one setting; the next read within this process sees it at once, others within a second. */
export async function storeSetting(
  db: Reader,
  row: { key: string; value: unknown; by: string | null; at: Date },
): Promise<void> {
  const value = JSON.stringify(row.value)
  await db
    .insertInto('settings')
    .values({ key: row.key, value, changed_by: row.by, changed_at: row.at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, changed_by: row.by, changed_at: row.at }))
    .execute()
  kept.clear()
}

export type Category = {
  id: CategoryId
  code: string
  parentId: CategoryId | null
  name: Bilingual
  skill: string | null
}

/** Active categories in their order; children follow by `parentId`. */
export async function listCategories(db: Reader): Promise<Category[]> {
  const rows = await db
    .selectFrom('categories')
    .select(['id', 'code', 'parent_id', 'name', 'skill'])
    .where('active', '=', true)
    .orderBy('position')
    .orderBy('id')
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
