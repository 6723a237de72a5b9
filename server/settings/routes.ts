import { type Context, Hono } from 'hono'
import { wordsOf } from '../i18n/dictionaries.ts'
import { NotFound, Refusal } from '../kernel/refusal.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, query, wholeNumber } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import type { Insert } from '../web/inserts.ts'
import { page, seeOther } from '../web/page.ts'
import { changeSettings, resetSetting } from './actions.ts'
import { brandRoutes, brandSample } from './brand/routes.ts'
import { categoryRoutes } from './categories/routes.ts'
import { historyRoutes } from './changes/routes.ts'
import { definitionOf, isSettingKey } from './definitions.ts'
import { GROUPS, type Group } from './kinds.ts'
import { groupPage, listPages, type Readership, reasonsIn } from './page.ts'
import { forgetSettings, readSettings } from './queries.ts'
import { fieldsOf, readGroup, type Typed, typedKeysOf } from './rules.ts'
import { siteRoutes } from './sites/routes.ts'

/** What another feature says under a group: what its numbers will do next. Handed in (reactions.ts). */
export type GroupAsides = Partial<Record<Group, (house: Deps) => Promise<Insert>>>

/** What the company decides for itself, a page a group (definitions.ts), and the lists beside them. */
export const settingRoutes = (deps: Deps, asides: GroupAsides) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => page(c, deps, 'settings/index', { pages: await listPages(deps.db) }))
    .route('/brand/logo', brandRoutes(deps))
    .route('/categories', categoryRoutes(deps))
    .route('/sites', siteRoutes(deps))
    .route('/history', historyRoutes(deps))
    .get('/:group', edits, async (c) => {
      const group = groupIn(c)
      const { saved } = query(c, { saved: wholeNumber.optional() })
      const values = {
        ...(await show(c, { deps, asides }, group)),
        saved: saved === undefined ? null : { count: saved },
      }
      return page(c, deps, 'settings/group', values)
    })
    .post('/:group', edits, async (c) => {
      const group = groupIn(c)
      const { seen, ...typed } = await form(c, fieldsIn(group))
      try {
        const saved = await deps.transact(c.var.me.actor, (tx) => changeSettings(tx, group, { typed, seen }))
        forgetSettings()
        return seeOther(c, `/settings/${group}?saved=${saved}`)
      } catch (error) {
        const { refused } = readGroup(group, typed, await readSettings(deps.db))
        const back = { typed, refused: reasonsIn(error, refused) }
        return page(c, deps, 'settings/group', await show(c, { deps, asides }, group, back), 422)
      }
    })
    .post('/each/:key/default', edits, async (c) => {
      await form(c, {})
      const key = c.req.param('key')
      if (!isSettingKey(key)) throw new NotFound()
      const { group } = definitionOf(key)
      try {
        await deps.transact(c.var.me.actor, (tx) => resetSetting(tx, key))
        forgetSettings()
        return seeOther(c, `/settings/${group}?saved=1`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return page(c, deps, 'settings/group', { ...(await show(c, { deps, asides }, group)), refused: error }, 422)
      }
    })
}

async function show(
  c: Context<Env>,
  { deps, asides }: { deps: Deps; asides: GroupAsides },
  group: Group,
  back?: { readonly typed: Typed; readonly refused: readonly Refusal[] },
) {
  const shown = await groupPage(deps.db, group, readerOf(c), back)
  const aside = await asides[group]?.(deps)
  return { ...shown, aside, sample: group === 'brand' ? brandSample(shown.settings) : null }
}

const readerOf = (c: Context<Env>): Readership => ({ t: wordsOf(c.var.language), language: c.var.language })

function groupIn(c: Context<Env>): Group {
  const group = GROUPS.find((one) => one === c.req.param('group'))
  if (!group) throw new NotFound()
  return group
}

const LETTERS = 400
const fieldsIn = (group: Group) => ({
  ...Object.fromEntries(
    typedKeysOf(group)
      .flatMap(fieldsOf)
      .map((name) => [name, optionalText(LETTERS)]),
  ),
  seen: optionalText(20),
})
