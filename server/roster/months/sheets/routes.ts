import { type Context, Hono } from 'hono'
import { wordsOf } from '../../../i18n/dictionaries.ts'
import { POSTS } from '../../../kernel/capabilities.ts'
import { LANGUAGES } from '../../../kernel/language.ts'
import { NotFound, Refusal, refusal } from '../../../kernel/refusal.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { form, query } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { page, seeOther } from '../../../web/page.ts'
import { type SheetFormat, sheet } from '../../../web/sheet.ts'
import { uploaded } from '../../../web/uploads.ts'
import { listRosterable } from '../../queries.ts'
import { listCells } from '../cells/queries.ts'
import { findMonth } from '../queries.ts'
import { importPlan, type Problem } from './actions.ts'
import { COLUMNS, readPlan } from './reading.ts'

type Ctx = Context<Env>
const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/
const SHOWN = 100

/** /roster/sheets: a plan as a table for people's own programs, and such a table as the plan. */
export const planSheetRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/:month', staffOnly(deps, 'roster.edit'), async (c) => show(c, deps))
    .get('/:month/plan.csv', staffOnly(deps, 'roster.edit'), async (c) => table(c, deps, 'csv'))
    .get('/:month/plan.xlsx', staffOnly(deps, 'roster.edit'), async (c) => table(c, deps, 'xlsx'))
    .post('/:month', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      const month = await planned(c, deps)
      try {
        const file = uploaded(c, 'file')
        if (!file || file.bytes.length === 0) throw refusal('roster.sheet_missing', {}, 'file')
        const lines = (await readPlan(file.bytes)).map((line) => ({ ...line, post: codeOf(line.post) }))
        const problems = await deps.transact(c.var.me.actor, (tx) => importPlan(tx, month, lines, deps.config.timeZone))
        if (problems.length === 0) return seeOther(c, `/roster/plan/${month}`)
        return show(c, deps, { problems }, 422)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { refused: error }, 422)
      }
    })

/** A post by its code, or by the word that pages have for it in either language; what is neither stays as it was written. */
const codeOf = (written: string): string =>
  POSTS.find((post) =>
    [post, ...LANGUAGES.map((language) => wordsOf(language)(`common.post.${post}`))].some(
      (word) => word.toLowerCase() === written.toLowerCase(),
    ),
  ) ?? written

async function planned(c: Ctx, { db }: Deps): Promise<string> {
  const month = c.req.param('month') ?? ''
  if (!MONTH.test(month) || !(await findMonth(db, month))) throw new NotFound()
  return month
}

async function show(
  c: Ctx,
  deps: Deps,
  values: { problems?: Problem[]; refused?: Refusal } = {},
  status: 200 | 422 = 200,
) {
  if (status === 200) query(c, {})
  const month = await planned(c, deps)
  const { problems = [], refused } = values
  return page(
    c,
    deps,
    'roster/sheets',
    {
      month,
      columns: COLUMNS,
      posts: POSTS.join(' · '),
      problems: problems.slice(0, SHOWN),
      count: problems.length,
      refused,
    },
    status,
  )
}

async function table(c: Ctx, deps: Deps, format: SheetFormat): Promise<Response> {
  query(c, {})
  const month = await planned(c, deps)
  const [cells, people] = await Promise.all([listCells(deps.db, month), listRosterable(deps.db)])
  const of = new Map(people.map((one) => [one.id, one]))
  const rows = cells.map(({ night, post, staffId, backup }) => {
    const person = of.get(staffId)
    return [night, post, person?.number ?? '', person?.name ?? '', backup ? 'yes' : '']
  })
  return sheet(c, { name: `roster-${month}`, columns: COLUMNS, rows }, format)
}
