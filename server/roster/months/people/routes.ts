import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { POSTS, type Post } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { Denied, NotFound, Refusal } from '../../../kernel/refusal.ts'
import { comingNight, weekdayOf } from '../../../kernel/time.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { day, form, optionalText, pathId, query, rowId, text, wholeNumber } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { page, seeOther } from '../../../web/page.ts'
import { datesOf, neighbour } from '../../month.ts'
import { headsOf } from '../facts/queries.ts'
import { MONTH, monthFrame, monthIn } from '../frame.ts'
import { headOf, listInputs, listNeeds } from '../needs/queries.ts'
import { listShares } from '../quality/queries.ts'
import { spreadOf } from '../quality/rules.ts'
import { deadlinesOf } from '../rules.ts'
import { addLeave, cancelLeave, giveInput, knowPerson, sayNeed, wishNight } from './actions.ts'
import { hasPost, listKnown, listWishes, type PlannedPerson } from './queries.ts'

type Ctx = Context<Env>
const maybeDay = z.union([day, z.literal('')]).transform((value) => (value === '' ? null : value))
const KNOWN = {
  birthDate: z.union([z.iso.date(), z.literal('')]).transform((value) => (value === '' ? null : value)),
  sex: z.enum(['female', 'male', '']).transform((value) => (value === '' ? null : value)),
  protectedFrom: maybeDay,
  protectedTo: maybeDay,
  trainedUntil: maybeDay,
  mostNights: z
    .union([wholeNumber.refine((count) => count <= 31), z.literal('')])
    .transform((value) => (value === '' ? null : value)),
}

/** /roster/people for HR alone, /roster/wishes for everybody's own, /roster/needs for HR and heads of departments. */
export const planPeopleRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/people', staffOnly(deps, 'roster.edit'), async (c) => showPeople(c, deps))
    .post('/people/:id', staffOnly(deps, 'roster.edit'), async (c) => {
      const { month, ...known } = await form(c, { ...KNOWN, month: MONTH.optional() })
      const id = pathId<StaffId>(c)
      return acting(c, deps, (tx) => knowPerson(tx, id, known), { open: id, month })
    })
    .post('/people/:id/leave', staffOnly(deps, 'roster.edit'), async (c) => {
      const typed = { firstDay: day, lastDay: day, despite: z.literal('yes').optional(), month: MONTH.optional() }
      const { despite, month, ...leave } = await form(c, typed)
      const id = pathId<StaffId>(c)
      const how = { zone: deps.config.timeZone, despite: despite === 'yes' }
      return acting(c, deps, (tx) => addLeave(tx, { staffId: id, ...leave }, how), { open: id, month, typed: leave })
    })
    .post('/leaves/:id/cancelling', staffOnly(deps, 'roster.edit'), async (c) => {
      const { month, person } = await form(c, { month: MONTH.optional(), person: rowId.optional() })
      const id = pathId(c)
      await deps.transact(c.var.me.actor, (tx) => cancelLeave(tx, id))
      return backTo(c, { open: person, month })
    })
    .get('/fairness', staffOnly(deps, 'roster.read'), async (c) => showFairness(c, deps))
    .get('/wishes', staffOnly(deps, 'attendance.own'), async (c) => showWishes(c, deps))
    .post('/wishes', staffOnly(deps, 'attendance.own'), async (c) => {
      const { night, wish } = await form(c, { night: day, wish: z.enum(['want', 'avoid', 'none']) })
      try {
        await deps.transact(c.var.me.actor, (tx) =>
          wishNight(tx, night, wish === 'none' ? null : wish, deps.config.timeZone),
        )
        // Thirty nights are longer than a screen: the page comes back where the thumb was.
        return seeOther(c, `/roster/wishes?month=${night.slice(0, 7)}#wish-${night}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showWishes(c, deps, { refused: error, month: night.slice(0, 7) }, 422)
      }
    })
    .get('/needs/:month', staffOnly(deps), async (c) => showNeeds(c, deps))
    .post('/needs/:month', staffOnly(deps, 'roster.edit'), async (c) => {
      const typed = await form(c, {
        night: day,
        post: z.enum(POSTS),
        heads: wholeNumber.refine((n) => n <= 50),
        reason: optionalText(500),
      })
      const month = monthIn(c)
      if (!typed.night.startsWith(month)) throw new NotFound()
      try {
        await deps.transact(c.var.me.actor, (tx) => sayNeed(tx, typed))
        return seeOther(c, `/roster/needs/${month}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showNeeds(c, deps, { refused: error, typed }, 422)
      }
    })
    .post('/needs/:month/input', staffOnly(deps, 'roster.input'), async (c) => {
      const { note } = await form(c, { note: text(2000) })
      const month = monthIn(c)
      const departmentId = await headOf(deps.db, c.var.me.staffId)
      if (!departmentId) throw new NotFound()
      await deps.transact(c.var.me.actor, (tx) => giveInput(tx, { month, departmentId, note }))
      return seeOther(c, `/roster/needs/${month}`)
    })

/** Whose row the page comes back to, open, and the month that it came from. */
type Back = { readonly open?: string | undefined; readonly month?: string | undefined }

async function acting(
  c: Ctx,
  deps: Deps,
  act: (tx: Tx) => Promise<void>,
  back: Back & { readonly typed?: object },
): Promise<Response> {
  try {
    await deps.transact(c.var.me.actor, act)
    return backTo(c, back)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { month, ...values } = back
    return showPeople(c, deps, { ...values, ...(month ? { month } : {}), refused: error }, 422)
  }
}

function backTo(c: Ctx, { open, month }: Back): Response {
  const asked = new URLSearchParams({ ...(month ? { month } : {}), ...(open ? { open } : {}) }).toString()
  return seeOther(c, `/roster/people${asked && `?${asked}`}${open ? `#person-${open}` : ''}`)
}

async function nightNow({ db, clock, config }: Deps): Promise<string> {
  const { nightStart: start, nightEnd: end } = await currentSettings(db)
  return comingNight(clock.now(), { start, end, zone: config.timeZone })
}

async function showPeople(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  const tonight = await nightNow(deps)
  const asked = {
    month: MONTH.optional(),
    open: rowId.optional(),
    who: optionalText(80).default(''),
    post: z.enum([...POSTS, '']).default(''),
  }
  const { month = neighbour(tonight.slice(0, 7), 1), open, who = '', post = '' } = status === 200 ? query(c, asked) : {}
  const people = (await listKnown(deps.db, tonight)).filter((one) => isSought(one, who.trim(), post))
  return page(
    c,
    deps,
    'roster/people',
    { people, month, open, who, post, posts: POSTS, today: tonight, ...values },
    status,
  )
}

const isSought = ({ number, name, nameEn, posts }: PlannedPerson, who: string, post: Post | ''): boolean =>
  (post === '' || posts.includes(post)) &&
  [number, name, nameEn].some((one) => one.toLowerCase().includes(who.toLowerCase()))

async function showWishes(
  c: Ctx,
  deps: Deps,
  values: { month?: string; refused?: Refusal } = {},
  status: 200 | 422 = 200,
) {
  const tonight = await nightNow(deps)
  const asked = status === 200 ? query(c, { month: MONTH.optional() }).month : values.month
  const month = asked ?? neighbour(tonight.slice(0, 7), 1)
  const [wishes, stands] = await Promise.all([
    listWishes(deps.db, c.var.me.staffId, `${month}-01`, `${neighbour(month, 1)}-01`),
    hasPost(deps.db, c.var.me.staffId),
  ])
  const nights = datesOf(month).map((date) => ({
    date,
    weekday: weekdayOf(date),
    rest: weekdayOf(date) > 5,
    over: date <= tonight,
    wish: wishes.find((one) => one.night === date)?.wish ?? 'none',
  }))
  return page(
    c,
    deps,
    'roster/wishes',
    { ...monthFrame(month), nights, stands, choices: ['want', 'none', 'avoid'], ...values },
    status,
  )
}

/** Everybody sees how the nights of six months are spread, their own row among the others (REGULATION 4). */
async function showFairness(c: Ctx, deps: Deps): Promise<Response> {
  query(c, {})
  const until = await nightNow(deps)
  const shares = await listShares(deps.db, until)
  const groups = (['manager', 'service', 'technician', 'guard'] as const).flatMap((post) => {
    const people = shares.filter(({ posts }) => mainPostOf(posts) === post)
    const spread = spreadOf(people.map(({ nights }) => nights))
    const weekends = spreadOf(people.map((one) => one.weekends))
    const holidays = spreadOf(people.map((one) => one.holidays))
    const sorted = people.toSorted((a, b) => b.nights - a.nights)
    return people.length > 0
      ? [{ post, people: sorted, spread, weekends, holidays, most: Math.max(1, spread.most) }]
      : []
  })
  return page(c, deps, 'roster/fairness', { until, groups })
}
const mainPostOf = (posts: readonly Post[]): Post | undefined =>
  (['manager', 'service', 'technician', 'guard'] as const).find((one) => posts.includes(one))

async function showNeeds(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  const month = monthIn(c)
  if (status === 200) query(c, {})
  const { me } = c.var
  const edits = me.capabilities.has('roster.edit')
  const [needs, inputs, mine, settings] = await Promise.all([
    listNeeds(deps.db, `${month}-01`, `${neighbour(month, 1)}-01`),
    listInputs(deps.db, month),
    headOf(deps.db, me.staffId),
    currentSettings(deps.db),
  ])
  if (!edits && !mine) throw new Denied('roster.edit')
  const usual = headsOf(settings)
  return page(
    c,
    deps,
    'roster/needs',
    {
      ...monthFrame(month),
      needs: needs.map((need) => ({ ...need, heads: need.heads ?? usual[need.post] })),
      inputs: inputs.filter(({ id }) => edits || id === mine).map((one) => ({ ...one, own: one.id === mine })),
      usual: Object.entries(usual).map(([post, heads]) => ({ post, heads })),
      posts: ['service', 'technician', 'guard'],
      inputBy: deadlinesOf(month, settings, { nightStart: settings.nightStart, zone: deps.config.timeZone }).inputBy,
      first: `${month}-01`,
      last: datesOf(month).at(-1),
      edits,
      ...values,
    },
    status,
  )
}
