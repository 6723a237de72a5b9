import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { RevealId, StaffId } from '../../../kernel/ids.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Env } from '../../../web/env.ts'
import { query, rowId } from '../../../web/forms.ts'
import { staffOnly } from '../../../web/guard.ts'
import { partOrPage } from '../../../web/page.ts'
import { REVEAL_REASONS, seesCustomer, shown } from '../rules.ts'
import { listRevealers, listReveals } from './queries.ts'

const AT_ONCE = 50
const EMPTY = z.literal('')
const ASKED = {
  who: rowId.or(EMPTY).default(''),
  reason: z.enum([...REVEAL_REASONS, '']).default(''),
  unusual: z.literal('on').optional(),
  from: z.iso.date().or(EMPTY).default(''),
  to: z.iso.date().or(EMPTY).default(''),
  before: rowId.optional(),
}
type Asked = z.infer<z.ZodObject<typeof ASKED>>

/** Who looked at whose name and number, and why: for HR and administration; what is unusual stands out (REGULATION row 57). */
export const revealRoutes = (deps: Deps) =>
  new Hono<Env>().get('/', staffOnly(deps, 'reveal.read'), async (c: Context<Env>) => {
    const asked = query(c, ASKED)
    const [found, people, { revealsANight }] = await Promise.all([
      listReveals(deps.db, wishOf(asked), AT_ONCE + 1),
      listRevealers(deps.db),
      currentSettings(deps.db),
    ])
    const rows = found.slice(0, AT_ONCE)
    const inFull = seesCustomer(c.var.me, null)
    return partOrPage(c, deps, 'privacy/reveals', 'list', {
      asked,
      people,
      reasons: REVEAL_REASONS,
      most: revealsANight,
      reveals: rows.map((one) => ({
        ...one,
        customerName: shown('name', one.customerName, inFull),
        words: shown('words', one.words, inFull, one.customerName),
      })),
      filtered: addressed(asked).length > 0,
      next: found.length > AT_ONCE ? addressOf({ ...asked, before: rows.at(-1)?.id }) : null,
    })
  })

const wishOf = ({ who, reason, unusual, from, to, before }: Asked) => ({
  staffId: who ? (who as StaffId) : null,
  reason: reason || null,
  unusual: unusual === 'on',
  from: from || null,
  to: to || null,
  before: before ? (before as RevealId) : null,
})

const addressed = (asked: Asked): [string, string][] =>
  Object.entries(asked).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))
const addressOf = (asked: Asked): string => `/reveals?${new URLSearchParams(addressed(asked))}`
