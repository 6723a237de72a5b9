import type { SiteId } from '../../kernel/ids.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'
import { need } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { changer, keepChange } from '../changes/queries.ts'
import { deleteSite, insertSite } from './queries.ts'
import { readSite } from './rules.ts'

/** From now on pages of this site may show the widget and speak to the interface. */
export async function allowSite(tx: Tx, typed: string): Promise<void> {
  need(tx, 'settings.edit')
  const origin = readSite(typed)
  if (origin instanceof Refusal) throw origin
  const { by, at } = changer(tx)
  const siteId = await insertSite(tx, origin, by)
  if (!siteId) throw refusal('settings.site_known', {}, 'origin')
  const changeId = await keepChange(tx.db, { subject: `site:${siteId}`, old: null, new: { origin }, by, at })
  await announce(tx, 'site.allowed', { by, changeId, siteId }, { about: [] })
}

/** From now on it is a foreign page like any other. */
export async function shutOutSite(tx: Tx, siteId: SiteId): Promise<void> {
  need(tx, 'settings.edit')
  const origin = await deleteSite(tx, siteId)
  if (!origin) return
  const { by, at } = changer(tx)
  const changeId = await keepChange(tx.db, { subject: `site:${siteId}`, old: { origin }, new: null, by, at })
  await announce(tx, 'site.refused', { by, changeId, siteId }, { about: [] })
}
