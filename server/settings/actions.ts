import { refusal, refuse } from '../kernel/refusal.ts'
import { need } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { changer, lastChange } from './changes/queries.ts'
import { definitionOf, keysOf, type SettingKey, type Settings } from './definitions.ts'
import type { Group } from './kinds.ts'
import { lockSettings, readSettings, storeSetting } from './queries.ts'
import { DEFAULTS, readGroup, type Typed, whyNotTogether } from './rules.ts'

/** What a form of settings sends: its fields as typed, and the last change that it was filled on top of. */
export type Filled = { readonly typed: Typed; readonly seen: string }

/** Takes over what was typed on the page of a group and returns how many settings are different now. */
export async function changeSettings(tx: Tx, group: Group, { typed, seen }: Filled): Promise<number> {
  need(tx, 'settings.edit')
  await lockSettings(tx)
  // Else a page left open since yesterday would quietly undo what a colleague changed meanwhile.
  refuse((await lastChange(tx.db, keysOf(group))) === seen ? null : refusal('settings.changed_meanwhile'))
  const { values, refused } = readGroup(group, typed, await readSettings(tx.db))
  refuse(refused[0] ?? null)
  let changed = 0
  for (const [key, value] of Object.entries(values)) changed += await change(tx, key as SettingKey, value)
  return changed
}

/** Back to what the product comes with. */
export async function resetSetting(tx: Tx, key: SettingKey): Promise<void> {
  need(tx, 'settings.edit')
  await lockSettings(tx)
  const settings = { ...(await readSettings(tx.db)), [key]: DEFAULTS[key] }
  refuse(whyNotTogether(settings)[0] ?? null)
  await change(tx, key, DEFAULTS[key])
}

/** Stores and announces; 1 where it is another value than before. The right and the rules are the caller's. */
export async function change<Key extends SettingKey>(tx: Tx, key: Key, value: Settings[Key]): Promise<0 | 1> {
  const from = (await readSettings(tx.db))[key]
  const changeId = await storeSetting(tx.db, { key, value, ...changer(tx) })
  if (!changeId) return 0
  const numbers = definitionOf(key).kind === 'number'
  await announce(
    tx,
    'setting.changed',
    {
      by: changer(tx).by,
      changeId,
      from: numbers ? (from as number) : null,
      to: numbers ? (value as number) : null,
    },
    { about: [] },
  )
  return 1
}
