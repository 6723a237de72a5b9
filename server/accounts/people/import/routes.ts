import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { Refusal } from '../../../kernel/refusal.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { form, optionalText } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { page } from '../../../web/page.ts'
import { uploaded } from '../../../web/uploads.ts'
import { listDepartments } from '../../departments/queries.ts'
import { changedFields } from '../rules.ts'
import { importPeople, tryImport } from './actions.ts'
import { COLUMNS } from './columns.ts'
import { decodeList, MOST_LINES, readLines } from './reading.ts'
import type { Plan } from './rules.ts'

/** What the path takes at most, in bytes: mounted in app.ts before every other reader of bodies. */
export const IMPORT_BYTES = 2_000_000
const FORM = { list: optionalText(IMPORT_BYTES).default(''), act: z.enum(['check', 'import']) }
/** Bad lines on one page; the number of all is said as well. */
const SHOWN = 200

/** A whole list of people at once: first what it would do and every line that is wrong, then all of it or nothing. */
export const importRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'people.edit'), (c) => show(c, deps, {}))
    .post('/', staffOnly(deps, 'people.edit'), async (c) => {
      const { list: typed, act } = await form(c, FORM)
      const file = uploaded(c, 'file')?.bytes
      let list = typed
      try {
        list = file ? decodeList(file) : typed
        const lines = readLines(list)
        const { me } = c.var
        const plan =
          act === 'import'
            ? await deps.transact(me.actor, (tx) => importPeople(tx, lines))
            : await tryImport(deps.db, lines, me.staffId)
        const bad = plan.problems.length > 0
        if (act === 'import' && !bad) cutChanged(deps, plan)
        return show(c, deps, { ...seen(plan), list, done: act === 'import' && !bad }, bad ? 422 : 200)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { list, refused: error }, 422)
      }
    })

function cutChanged({ live }: Deps, { changed }: Plan): void {
  for (const { before, after } of changed)
    if (changedFields(before, after).includes('roles')) live.cut('/desk', `staff:${before.id}`)
}

const seen = ({ problems, added, changed, same }: Plan) => ({
  checked: true,
  problems: problems.slice(0, SHOWN),
  count: problems.length,
  more: Math.max(0, problems.length - SHOWN),
  added: added.length,
  changed: changed.length,
  roles: changed.filter(({ before, after }) => changedFields(before, after).includes('roles')).length,
  same,
})

const show = async (c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 422 = 200) =>
  page(
    c,
    deps,
    'people/import',
    { ...values, columns: COLUMNS, most: MOST_LINES, departments: await listDepartments(deps.db) },
    status,
  )
