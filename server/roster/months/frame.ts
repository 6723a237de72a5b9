import type { Context } from 'hono'
import { z } from 'zod'
import { NotFound } from '../../kernel/refusal.ts'
import type { Env } from '../../web/env.ts'
import { neighbour } from '../month.ts'

/** `2026-12` */
export const MONTH = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)

/** The month that an address names. @throws NotFound */
export function monthIn(c: Context<Env>): string {
  const month = MONTH.safeParse(c.req.param('month'))
  if (!month.success) throw new NotFound()
  return month.data
}

/** What every page about a month says in its title and its arrows. */
export const monthFrame = (month: string) => ({
  month,
  before: neighbour(month, -1),
  next: neighbour(month, 1),
})
