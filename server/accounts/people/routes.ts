import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { POSTS, type Post, RANKS, STANDING_ROLES, type StandingRole } from '../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import { LANGUAGES } from '../../kernel/language.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { system } from '../../platform/actor.ts'
import type { Reader } from '../../schema.ts'
import { SESSION_COOKIE, writeCookie } from '../../web/cookies.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, text, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, partOrPage, seeOther } from '../../web/page.ts'
import { openSession } from '../actions.ts'
import { listDepartments } from '../departments/queries.ts'
import { type Key, sendKey } from '../invitations/actions.ts'
import { composer, keyUrl } from '../invitations/letters.ts'
import { placeOf } from '../place.ts'
import { addPerson, type CountAhead, changePerson, deactivatePerson, reactivatePerson } from './actions.ts'
import { getPerson, listPeople, sessionsInBrief } from './queries.ts'
import { type Facts, type PersonState, skillsIn } from './rules.ts'

const AT_ONCE = 50
const STATES = ['here', 'invited', 'gone'] as const satisfies readonly PersonState[]
const FILTER = {
  words: optionalText(80).optional(),
  department: rowId.or(z.literal('')).optional(),
  role: z.enum([...STANDING_ROLES, ...POSTS, '']).optional(),
  state: z.enum([...STATES, '']).optional(),
  page: wholeNumber.optional(),
}
const FACTS = {
  number: text(20),
  login: optionalText(60),
  name: text(80),
  nameEn: optionalText(80),
  department: rowId,
  rank: z.enum(RANKS),
  roles: z.array(z.enum(STANDING_ROLES)).default([]),
  posts: z.array(z.enum(POSTS)).default([]),
  skills: optionalText(400),
  languages: z.array(z.enum(LANGUAGES)).default([]),
  phone: optionalText(40),
  email: optionalText(120),
}
type Typed = z.infer<z.ZodObject<typeof FACTS>>

/** A shift or another duty that somebody who leaves would leave open. */
export type Ahead = { readonly post: Post; readonly night: string; readonly from: Date; readonly to: Date }
/** Accounts stands above the roster, which tells it what lies ahead of somebody. */
export type ListAhead = (db: Reader, staffId: StaffId, now: Date) => Promise<Ahead[]>

/** Who works here: found, added, changed, let in and let go. */
export const peopleRoutes = (deps: Deps, listAhead: ListAhead) => {
  const edits = staffOnly(deps, 'people.edit')
  const countAhead: CountAhead = async (db, id, now) => (await listAhead(db, id, now)).length
  const show = (c: Context<Env>, id: StaffId, more: More = {}, status: 200 | 422 = 200) =>
    showPerson(c, deps, id, { more, status, listAhead })
  return new Hono<Env>()
    .get('/', edits, (c) => showList(c, deps))
    .get('/new', edits, (c) => showNew(c, deps))
    .post('/', edits, async (c) => {
      const typed = await form(c, FACTS)
      try {
        const id = await deps.transact(c.var.me.actor, (tx) => addPerson(tx, factsOf(typed)))
        return seeOther(c, `/people/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showNew(c, deps, { typed, refused: error }, 422)
      }
    })
    .get('/:id', edits, (c) => show(c, pathId<StaffId>(c)))
    .post('/:id', edits, async (c) => {
      const id = pathId<StaffId>(c)
      const typed = await form(c, FACTS)
      try {
        const fields = await deps.transact(c.var.me.actor, (tx) => changePerson(tx, id, factsOf(typed)))
        if (fields.includes('roles')) await signOutEverywhere(c, deps, id)
        return seeOther(c, `/people/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, id, { typed, refused: error }, 422)
      }
    })
    .get('/:id/key', edits, (c) => seeOther(c, `/people/${pathId<StaffId>(c)}`))
    .post('/:id/key', edits, async (c) => {
      const id = pathId<StaffId>(c)
      await form(c, {})
      const compose = await composer(deps, c.var.language)
      try {
        const key = await deps.transact(c.var.me.actor, (tx) => sendKey(tx, id, compose))
        return show(c, id, { key: shown(deps, key) })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, id, { leaving: error }, 422)
      }
    })
    .post('/:id/deactivation', edits, async (c) => {
      const id = pathId<StaffId>(c)
      const { confirmed } = await form(c, { confirmed: z.literal('yes').optional() })
      try {
        await deps.transact(c.var.me.actor, (tx) =>
          deactivatePerson(tx, id, { countAhead, confirmed: confirmed === 'yes' }),
        )
        deps.live.cut('/desk', `staff:${id}`)
        return seeOther(c, `/people/${id}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, id, { leaving: error }, 422)
      }
    })
    .post('/:id/reactivation', edits, async (c) => {
      const id = pathId<StaffId>(c)
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => reactivatePerson(tx, id))
      return seeOther(c, `/people/${id}`)
    })
}

export const shown = ({ config }: Pick<Deps, 'config'>, key: Key) => ({ ...key, url: keyUrl(config.publicUrl, key) })

/** Other roles have ended the sessions; the one administrator who may change their own goes on under a new id. */
async function signOutEverywhere(c: Context<Env>, deps: Deps, id: StaffId): Promise<void> {
  deps.live.cut('/desk', `staff:${id}`)
  if (id !== c.var.me.staffId) return
  const opened = await deps.transact(system, (tx) => openSession(tx, id, placeOf(c, deps)))
  writeCookie(c, SESSION_COOKIE, opened.token, opened.maxAgeSeconds)
}

const orNull = (typed: string): string | null => typed.trim() || null
const factsOf = ({ department, ...typed }: Typed): Facts => ({
  ...typed,
  number: typed.number.trim(),
  login: (typed.login.trim() || typed.number.trim()).toLowerCase(),
  name: typed.name.trim(),
  nameEn: typed.nameEn.trim() || typed.name.trim(),
  departmentId: department as DepartmentId,
  skills: skillsIn(typed.skills),
  phone: orNull(typed.phone),
  email: orNull(typed.email),
})

/** The choices of a person's form, each with whether it is picked. */
async function choices(deps: Deps, picked: Partial<Record<'roles' | 'posts' | 'languages', readonly string[]>>) {
  const marked = (all: readonly string[], on: readonly string[] = []) =>
    all.map((value) => ({ value, on: on.includes(value) }))
  return {
    departments: await listDepartments(deps.db),
    ranks: RANKS,
    roles: marked(STANDING_ROLES, picked.roles),
    posts: marked(['service', 'technician', 'guard', 'manager'], picked.posts),
    languages: marked(LANGUAGES, picked.languages),
  }
}

async function showList(c: Context<Env>, deps: Deps): Promise<Response> {
  const asked = query(c, FILTER)
  const number = Math.max(1, asked.page ?? 1)
  const filter = {
    words: asked.words,
    department: (asked.department || undefined) as DepartmentId | undefined,
    role: (asked.role || undefined) as StandingRole | Post | undefined,
    state: asked.state || undefined,
  }
  const { people, count } = await listPeople(deps.db, filter, { limit: AT_ONCE, offset: (number - 1) * AT_ONCE })
  const pages = Math.max(1, Math.ceil(count / AT_ONCE))
  const to = (at: number): string => {
    const { page: _, ...kept } = asked
    const set = Object.entries(kept).filter((entry): entry is [string, string] => Boolean(entry[1]))
    return `/people?${new URLSearchParams([...set, ['page', String(at)]])}`
  }
  return partOrPage(c, deps, 'people/list', 'list', {
    asked,
    people,
    count,
    number,
    pages,
    before: number > 1 ? to(number - 1) : null,
    after: number < pages ? to(number + 1) : null,
    filtered: Object.entries(asked).some(([name, value]) => name !== 'page' && value),
    departments: await listDepartments(deps.db),
    roles: STANDING_ROLES,
    posts: ['service', 'technician', 'guard', 'manager'],
    states: STATES,
  })
}

async function showNew(
  c: Context<Env>,
  deps: Deps,
  more: { typed?: Typed; refused?: Refusal } = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const typed = more.typed ?? { rank: 'staff', languages: [c.var.language], posts: ['service'], roles: [] }
  return page(c, deps, 'people/new', { ...more, typed, ...(await choices(deps, typed)) }, status)
}

type More = { typed?: Typed } & Record<string, unknown>
type Shown = { more: More; status: 200 | 422; listAhead: ListAhead }

async function showPerson(c: Context<Env>, deps: Deps, id: StaffId, { more, status, listAhead }: Shown) {
  const { db, clock } = deps
  const person = await getPerson(db, id)
  const typed = more.typed ?? { ...person, department: person.departmentId, skills: person.skills.join(', ') }
  return page(
    c,
    deps,
    'people/person',
    {
      ...more,
      person,
      typed,
      ...(await choices(deps, typed)),
      ahead: person.active ? await listAhead(db, id, clock.now()) : [],
      sessions: await sessionsInBrief(db, id, clock.now()),
      self: id === c.var.me.staffId,
    },
    status,
  )
}
