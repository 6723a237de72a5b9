import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { Malformed, Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, query, rowId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { openMonth } from './actions.ts'
import { type CellChange, editCells, lockCell, undoEdit } from './editing/actions.ts'
import { monthIn } from './frame.ts'
import { planOf } from './page.ts'
import { markReady, publishMonth } from './publishing/actions.ts'
import { askRun, cancelRun } from './runs/actions.ts'

type Ctx = Context<Env>
/** `2026-12-03 15 service`, a backup as `manager+`, nothing as `-`; several behind semicolons, as a move has two. */
const CHANGES = z
  .string()
  .max(400)
  .regex(
    /^\d{4}-\d\d-\d\d [1-9]\d{0,17} (service|technician|guard|manager\+?|-)(;\d{4}-\d\d-\d\d [1-9]\d{0,17} (service|technician|guard|manager\+?|-)){0,7}$/,
  )

/** HR's plan of a month: edited cell by cell, generated, judged by the checker after each edit, and published. */
export const planRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/:month', staffOnly(deps, 'roster.edit'), async (c) => show(c, deps))
    .post('/:month/opening', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, (tx, month) => openMonth(tx, month, deps.config.timeZone))
    })
    .post('/:month/cells', staffOnly(deps, 'roster.edit'), async (c) => {
      const { changes } = await form(c, { changes: CHANGES })
      return acting(c, deps, (tx, month) => editCells(tx, month, changesIn(changes), deps.config.timeZone))
    })
    .post('/:month/locks', staffOnly(deps, 'roster.edit'), async (c) => {
      const { night, staff, locked } = await form(c, {
        night: z.iso.date(),
        staff: rowId,
        locked: z.enum(['yes', 'no']),
      })
      return acting(c, deps, (tx, month) => lockCell(tx, month, { night, staffId: staff as StaffId }, locked === 'yes'))
    })
    .post('/:month/undo', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, undoEdit)
    })
    .post('/:month/check', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, (tx, month) => markReady(tx, month, deps.config.timeZone))
    })
    .post('/:month/publication', staffOnly(deps, 'roster.edit'), async (c) => {
      const { reason, leader, seen } = await form(c, {
        reason: optionalText(500),
        leader: z.union([rowId, z.literal('')]),
        seen: wholeNumber.optional(),
      })
      const signing = {
        reason,
        leaderId: leader === '' ? null : (leader as StaffId),
        ...(seen === undefined ? {} : { seen }),
      }
      return acting(c, deps, (tx, month) => publishMonth(tx, month, signing, deps.config.timeZone), { reason, leader })
    })
    .post('/:month/run', staffOnly(deps, 'roster.edit'), async (c) => {
      const { seconds } = await form(c, { seconds: wholeNumber.optional() })
      return acting(c, deps, (tx, month) => askRun(tx, month, seconds ?? null))
    })
    .post('/:month/run/cancel', staffOnly(deps, 'roster.edit'), async (c) => {
      await form(c, {})
      return acting(c, deps, cancelRun)
    })

function changesIn(text: string): CellChange[] {
  return text.split(';').map((one) => {
    const [night = '', staffId = '', what = '-'] = one.split(' ')
    if (!z.iso.date().safeParse(night).success) throw new Malformed('bad_field', 'changes')
    const post = what === '-' ? null : (what.replace('+', '') as Post)
    return { night, staffId: staffId as StaffId, post, backup: what.endsWith('+') }
  })
}

async function acting(
  c: Ctx,
  deps: Deps,
  act: (tx: Tx, month: string) => Promise<unknown>,
  typed: object = {},
): Promise<Response> {
  const month = monthIn(c)
  try {
    await deps.transact(c.var.me.actor, (tx) => act(tx, month))
    return wantsPart(c) ? show(c, deps) : seeOther(c, `/roster/plan/${month}`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return show(c, deps, { refused: error, typed }, 422)
  }
}

async function show(c: Ctx, deps: Deps, values: object = {}, status: 200 | 422 = 200): Promise<Response> {
  const month = monthIn(c)
  const { post } = query(c, { post: z.enum(POSTS).optional() })
  const shown = { ...(await planOf(c, deps, month, post ?? null)), ...values }
  return wantsPart(c)
    ? fragment(c, deps, 'roster/plan', 'plan', shown, status)
    : page(c, deps, 'roster/plan', shown, status)
}
