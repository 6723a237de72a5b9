import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import { NotFound, Refusal, refusal } from '../../kernel/refusal.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, rowId, text } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { listActive } from '../people/queries.ts'
import { LEAST_RANK_OF_HEAD } from '../people/rules.ts'
import { isAtLeast } from '../rules.ts'
import { addDepartment, changeDepartment, moveDepartment, removeDepartment } from './actions.ts'
import { type Department, listDepartments } from './queries.ts'
import type { DepartmentFacts } from './tables.ts'

const NAMES = { name: text(40), nameEn: text(60) }
const noneOr = rowId.or(z.literal(''))
const FACTS = {
  ...NAMES,
  head: noneOr,
  contact: noneOr,
  nightPhone: optionalText(40),
  acceptMinutes: optionalText(6),
  email: optionalText(120),
}
const BOUNDS = { min: 1, max: 1440 }

/** Departments in the order of the house, each with its head, whom the night calls, and how fast it accepts. */
export const departmentRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'people.edit')
  return new Hono<Env>()
    .get('/', edits, (c) => showList(c, deps))
    .post('/', edits, async (c) => {
      const typed = await form(c, NAMES)
      return inWords(
        async () => {
          const id = await deps.transact(c.var.me.actor, (tx) => addDepartment(tx, { ...NOTHING, ...namesOf(typed) }))
          return seeOther(c, `/departments/${id}`)
        },
        (refused) => showList(c, deps, { typed, refused }, 422),
      )
    })
    .get('/:id', edits, (c) => showOne(c, deps, pathId(c)))
    .post('/:id', edits, async (c) => {
      const id = pathId<DepartmentId>(c)
      const typed = await form(c, FACTS)
      return inWords(
        async () => {
          await deps.transact(c.var.me.actor, (tx) => changeDepartment(tx, id, factsOf(typed)))
          return seeOther(c, '/departments')
        },
        (refused) => showOne(c, deps, id, { typed, refused }, 422),
      )
    })
    .post('/:id/order', edits, async (c) => {
      const { to } = await form(c, { to: z.enum(['up', 'down']) })
      await deps.transact(c.var.me.actor, (tx) => moveDepartment(tx, pathId(c), to))
      return seeOther(c, '/departments')
    })
    .post('/:id/removal', edits, async (c) => {
      const id = pathId<DepartmentId>(c)
      await form(c, {})
      return inWords(
        async () => {
          await deps.transact(c.var.me.actor, (tx) => removeDepartment(tx, id))
          return seeOther(c, '/departments')
        },
        (leaving) => showOne(c, deps, id, { leaving }, 422),
      )
    })
}

async function inWords(
  act: () => Promise<Response>,
  refused: (reason: Refusal) => Promise<Response>,
): Promise<Response> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refused(error)
  }
}

const NOTHING = { headId: null, nightContactId: null, nightPhone: null, acceptMinutes: null, email: null }
const namesOf = ({ name, nameEn }: { name: string; nameEn: string }) => ({
  name: { 'zh-CN': name.trim(), en: nameEn.trim() },
})

function factsOf({ head, contact, nightPhone, acceptMinutes, email, ...names }: z.infer<z.ZodObject<typeof FACTS>>) {
  return {
    ...namesOf(names),
    headId: (head || null) as StaffId | null,
    nightContactId: (contact || null) as StaffId | null,
    nightPhone: nightPhone.trim() || null,
    acceptMinutes: minutesOf(acceptMinutes.normalize('NFKC').trim()),
    email: email.trim() || null,
  } satisfies DepartmentFacts
}

function minutesOf(typed: string): number | null {
  if (typed === '') return null
  const minutes = /^\d+$/.test(typed) ? Number(typed) : 0
  if (minutes < BOUNDS.min || minutes > BOUNDS.max) throw refusal('accounts.minutes_bounds', BOUNDS, 'acceptMinutes')
  return minutes
}

async function showList(c: Context<Env>, deps: Deps, values: Record<string, unknown> = {}, status: 200 | 422 = 200) {
  const [departments, { departmentAcceptMinutes }] = await Promise.all([
    listDepartments(deps.db),
    currentSettings(deps.db),
  ])
  return page(c, deps, 'departments/list', { ...values, departments, byDefault: departmentAcceptMinutes }, status)
}

async function showOne(
  c: Context<Env>,
  deps: Deps,
  id: DepartmentId,
  values: Record<string, unknown> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const [departments, people, { departmentAcceptMinutes }] = await Promise.all([
    listDepartments(deps.db),
    listActive(deps.db),
    currentSettings(deps.db),
  ])
  const department = departments.find((one) => one.id === id)
  if (!department) throw new NotFound()
  const shown = {
    typed: typedOf(department),
    ...values,
    department,
    people,
    heads: people.filter(({ departmentId, rank }) => departmentId === id && isAtLeast(rank, LEAST_RANK_OF_HEAD)),
    byDefault: departmentAcceptMinutes,
    bounds: BOUNDS,
  }
  return page(c, deps, 'departments/one', shown, status)
}

const typedOf = ({ name, head, nightContact, nightPhone, acceptMinutes, email }: Department) => ({
  name: name['zh-CN'],
  nameEn: name.en,
  head: head?.id ?? '',
  contact: nightContact?.id ?? '',
  nightPhone: nightPhone ?? '',
  acceptMinutes: acceptMinutes ?? '',
  email: email ?? '',
})
