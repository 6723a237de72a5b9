import { Refusal, refusal, refuse } from '../kernel/refusal.ts'
import { need } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { changer, keepChange } from '../settings/changes/queries.ts'
import { lockSettings } from '../settings/queries.ts'
import { currentTerms, insertTerms } from './queries.ts'
import { readTerms, sameTerms } from './rules.ts'

/**
 * A new version of the customers' terms, in force from now on: whoever accepted an older one is asked again with their
 * next question (`terms_changed`). What was said under the old one stays under it. `seen` is the version it was written on.
 */
export async function publishTerms(
  tx: Tx,
  { zh, en, seen }: { readonly zh: string; readonly en: string; readonly seen: number },
): Promise<number> {
  need(tx, 'settings.edit')
  await lockSettings(tx)
  const body = readTerms({ zh, en })
  if (body instanceof Refusal) throw body
  const before = await currentTerms(tx.db)
  refuse(before.version === seen ? null : refusal('settings.terms_newer', { version: before.version }))
  refuse(sameTerms(before.body, body) ? refusal('settings.terms_same') : null)
  const version = before.version + 1
  const { by, at } = changer(tx)
  await insertTerms(tx, version, body, by)
  const changeId = await keepChange(tx.db, {
    subject: 'terms',
    old: before.version > 0 ? { version: before.version } : null,
    new: { version },
    by,
    at,
  })
  await announce(tx, 'terms.published', { by, changeId, version }, { about: [] })
  return version
}
