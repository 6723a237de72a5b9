import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { POSTS } from '../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../kernel/ids.ts'
import { Malformed, Refusal } from '../kernel/refusal.ts'
import { comingNight } from '../kernel/time.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { clockTime, day, form, pathId, query, rowId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../web/page.ts'
import { addShift, changeShift, removeShift } from './actions.ts'
import { monthGrid, neighbour } from './month.ts'
import { findMonth } from './months/queries.ts'
import { getShift, listRosterable, listShifts, shiftsOfNight } from './queries.ts'
import { stretchOf } from './rules.ts'

const MONTH = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
const SHIFT = { staff: rowId, post: z.enum(POSTS), night: day, start: clockTime, end: clockTime }

/** The month as everybody reads it; whoever may edit picks a night and adds, changes or removes a shift, each refused in words. */
export const rosterRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'roster.read'), async (c) => {
      const asked = query(c, { month: MONTH.optional(), post: z.enum(POSTS).optional(), night: day.optional() })
      return wantsPart(c)
        ? fragment(c, deps, 'roster/month', 'month', await monthOf(c, deps, asked))
        : page(c, deps, 'roster/month', await monthOf(c, deps, asked))
    })
    .post('/shifts', staffOnly(deps, 'roster.edit'), async (c) => {
      const typed = await form(c, SHIFT)
      return acting(c, deps, { night: typed.night, typed }, async () => {
        const { nightStart, nightEnd } = await currentSettings(deps.db)
        const stretch = stretchOf(typed.night, typed, { nightStart, nightEnd, zone: deps.config.timeZone })
        await deps.transact(c.var.me.actor, (tx) =>
          addShift(tx, { ...stretch, staffId: typed.staff as StaffId, post: typed.post, night: typed.night }),
        )
      })
    })
    .post('/shifts/:id', staffOnly(deps, 'roster.edit'), async (c) => {
      const typed = await form(c, { staff: rowId, post: z.enum(POSTS) })
      const id = pathId<ShiftId>(c)
      const { night } = await getShift(deps.db, id)
      return acting(c, deps, { night, changing: id }, () =>
        deps.transact(c.var.me.actor, (tx) =>
          changeShift(tx, id, { staffId: typed.staff as StaffId, post: typed.post }),
        ),
      )
    })
    .post('/shifts/:id/removal', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      const id = pathId<ShiftId>(c)
      const { night } = await getShift(deps.db, id)
      return acting(c, deps, { night, changing: id }, () => deps.transact(c.var.me.actor, (tx) => removeShift(tx, id)))
    })

type Asked = { month?: string | undefined; post?: (typeof POSTS)[number] | undefined; night?: string | undefined }

async function acting(
  c: Context<Env>,
  deps: Deps,
  at: { night: string; typed?: object; changing?: ShiftId },
  act: () => Promise<void>,
): Promise<Response> {
  const { night } = at
  try {
    await act()
    return seeOther(c, `/roster?month=${night.slice(0, 7)}&night=${night}`)
  } catch (error) {
    if (error instanceof RangeError) throw new Malformed('bad_field')
    if (!(error instanceof Refusal)) throw error
    return page(c, deps, 'roster/month', { ...(await monthOf(c, deps, { night })), ...at, refused: error }, 422)
  }
}

async function monthOf(c: Context<Env>, deps: Deps, asked: Asked): Promise<Record<string, unknown>> {
  const settings = await currentSettings(deps.db)
  const hours = { start: settings.nightStart, end: settings.nightEnd, zone: deps.config.timeZone }
  const tonight = comingNight(deps.clock.now(), hours)
  const month = asked.month ?? (asked.night ?? tonight).slice(0, 7)
  const [people, shifts] = await Promise.all([
    listRosterable(deps.db),
    listShifts(deps.db, `${month}-01`, `${neighbour(month, 1)}-01`),
  ])
  const night = asked.night
  return {
    month,
    tonight,
    year: month.slice(0, 4),
    monthNumber: Number(month.slice(5)),
    before: neighbour(month, -1),
    next: neighbour(month, 1),
    post: asked.post ?? null,
    posts: ['manager', 'service', 'technician', 'guard'],
    ...monthGrid({ month, post: asked.post ?? null, tonight }, people, shifts),
    night: night ?? null,
    ofNight: night ? await shiftsOfNight(deps.db, night) : [],
    people,
    edits: c.var.me.capabilities.has('roster.edit'),
    published: ((await findMonth(deps.db, month))?.version ?? 0) > 0,
    defaults: { start: settings.nightStart, end: settings.nightEnd },
    now: deps.clock.now(),
  }
}
