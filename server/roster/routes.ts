import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { POSTS, type Post } from '../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../kernel/ids.ts'
import { Malformed, Refusal } from '../kernel/refusal.ts'
import { comingNight } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { clockTime, day, form, optionalText, pathId, query, rowId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../web/page.ts'
import { addShift, changeShift, removeShift } from './actions.ts'
import type { Signed } from './exceptions/actions.ts'
import { Unsigned } from './exceptions/rules.ts'
import { listBackups } from './leading/backups/queries.ts'
import { monthGrid, neighbour } from './month.ts'
import { listLeaders } from './months/people/queries.ts'
import { findMonth } from './months/queries.ts'
import { type Night, nightOf, saySigning } from './night.ts'
import { getShift, listRosterable, listShifts } from './queries.ts'
import { stretchOf } from './rules.ts'

const MONTH = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
/** Row 3: why a hard rule is broken, and the leader who answers for it; asked for once the checker has said what it is. */
const SIGNING = { reason: optionalText(500).optional(), leader: rowId.or(z.literal('')).optional() }
const SHIFT = { staff: rowId, post: z.enum(POSTS), night: day, start: clockTime, end: clockTime, ...SIGNING }

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
      const { nightStart, nightEnd } = await currentSettings(deps.db)
      const stretch = inClock(() => stretchOf(typed.night, typed, { nightStart, nightEnd, zone: deps.config.timeZone }))
      const put = { ...stretch, staffId: typed.staff as StaffId, post: typed.post, night: typed.night }
      return acting(c, deps, { night: typed.night, typed, form: 'add' }, (tx) =>
        addShift(tx, put, signedOf(typed, deps)),
      )
    })
    .post('/shifts/:id', staffOnly(deps, 'roster.edit'), async (c) => {
      const typed = await form(c, { staff: rowId, post: z.enum(POSTS), ...SIGNING })
      const shift = await getShift(deps.db, pathId<ShiftId>(c))
      const to = { staffId: typed.staff as StaffId, post: typed.post }
      const at = { night: shift.night, changing: shift.id, changed: to, signs: typed, form: `change-${shift.id}` }
      return acting(c, deps, at, (tx) => changeShift(tx, shift.id, to, signedOf(typed, deps)))
    })
    .post('/shifts/:id/removal', staffOnly(deps, 'roster.edit'), async (c) => {
      const typed = await form(c, SIGNING)
      const shift = await getShift(deps.db, pathId<ShiftId>(c))
      const at = { night: shift.night, changing: shift.id, signs: typed, form: `remove-${shift.id}` }
      return acting(c, deps, at, (tx) => removeShift(tx, shift.id, signedOf(typed, deps)))
    })

type Asked = { month?: string | undefined; post?: (typeof POSTS)[number] | undefined; night?: string | undefined }

type Signs = { readonly reason?: string | undefined; readonly leader?: string | undefined }
const signedOf = ({ reason, leader }: Signs, { config }: Deps): Signed => ({
  zone: config.timeZone,
  reason: reason ?? '',
  leaderId: (leader || null) as StaffId | null,
})

/** A local time that no clock shows is no refusal of a rule. */
function inClock<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof RangeError ? new Malformed('bad_field') : error
  }
}

type Trying = {
  readonly night: string
  readonly form: string
  readonly typed?: Signs
  readonly signs?: Signs
  readonly changing?: ShiftId
  readonly changed?: { readonly staffId: StaffId; readonly post: Post }
}
/** What the rules refuse is said with each finding, in the form in which it was tried; a hard one asks there for who answers (row 3). */
async function acting(
  c: Context<Env>,
  deps: Deps,
  trying: Trying,
  act: (tx: Tx) => Promise<unknown>,
): Promise<Response> {
  const { night, typed, signs = typed, form: at, changing, changed } = trying
  try {
    await deps.transact(c.var.me.actor, act)
    return seeOther(c, `/roster?month=${night.slice(0, 7)}&night=${night}`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const now = deps.clock.now()
    const signing = error instanceof Unsigned && {
      at,
      ...saySigning(error, signs, c.var.language),
    }
    const shown = await monthOf(c, deps, { night })
    const ofNight = shown.ofNight.map((shift) =>
      shift.id === changing ? { ...shift, chosen: changed ?? shift } : shift,
    )
    const tried = {
      typed,
      changing,
      refused: error,
      ...(signing && { signing, leaders: await listLeaders(deps.db, now, c.var.me.staffId) }),
    }
    return page(c, deps, 'roster/month', { ...shown, ofNight, ...tried }, 422)
  }
}
async function monthOf(c: Context<Env>, deps: Deps, asked: Asked): Promise<Record<string, unknown> & Night> {
  const settings = await currentSettings(deps.db)
  const now = deps.clock.now()
  const { language } = c.var
  const edits = c.var.me.capabilities.has('roster.edit')
  const hours = { start: settings.nightStart, end: settings.nightEnd, zone: deps.config.timeZone }
  const tonight = comingNight(now, hours)
  const month = asked.month ?? (asked.night ?? tonight).slice(0, 7)
  const [people, shifts] = await Promise.all([
    listRosterable(deps.db),
    listShifts(deps.db, `${month}-01`, `${neighbour(month, 1)}-01`),
  ])
  const night = asked.night
  return {
    month,
    tonight,
    before: neighbour(month, -1),
    next: neighbour(month, 1),
    post: asked.post ?? null,
    posts: ['manager', 'service', 'technician', 'guard'],
    ...monthGrid({ month, post: asked.post ?? null, tonight }, people, shifts),
    night: night ?? null,
    backups: night ? await listBackups(deps.db, { night }) : [],
    ...(night ? await nightOf(deps.db, night, { at: { now, zone: deps.config.timeZone }, edits, language }) : NO_NIGHT),
    people,
    edits,
    signing: { at: '' },
    leaders: [],
    published: ((await findMonth(deps.db, month))?.version ?? 0) > 0,
    defaults: { start: settings.nightStart, end: settings.nightEnd },
    now,
  }
}
const NO_NIGHT: Night = { ofNight: [], ofItself: [], exceptions: [] }
