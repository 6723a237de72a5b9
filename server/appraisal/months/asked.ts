import type { Context } from 'hono'
import { z } from 'zod'
import { NotFound } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { needOf } from '../../web/guard.ts'
import { findMonth, type MonthRow } from './queries.ts'

type Ctx = Context<Env>

const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/
/** A month as an address carries it, `2026-10`. */
export const monthKey = z.string().regex(MONTH)
export const firstDay = (key: string | undefined): string | null => (key ? `${key}-01` : null)

export function needReader({ var: { me } }: Ctx): void {
  if (!me.capabilities.has('appraisal.sign')) needOf(me, 'appraisal.review')
}

export async function monthIn(c: Ctx, { db }: Deps): Promise<MonthRow> {
  needReader(c)
  const asked = c.req.param('month') ?? ''
  const month = MONTH.test(asked) ? await findMonth(db, `${asked}-01`) : undefined
  if (!month) throw new NotFound()
  return month
}
