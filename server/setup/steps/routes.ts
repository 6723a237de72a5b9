import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import { composer } from '../../accounts/invitations/letters.ts'
import { RANK_OF_CHIEF } from '../../accounts/leadership/rules.ts'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import { Malformed, NotFound, Refusal } from '../../kernel/refusal.ts'
import { windowOf } from '../../kernel/time.ts'
import type { Signed } from '../../roster/exceptions/actions.ts'
import { LEAST_RANK_OF_MANAGER, startsAtNight } from '../../roster/rules.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { formGroup, type Newcomer, planFirstNight } from '../actions.ts'
import { LEADERSHIP, NIGHT, type Rows } from './forms.ts'
import { type Done, showLeadership, showLinks, showNight } from './pages.ts'

/** The rest of moving in, by the administrator who has just founded the company; each step may wait. */
export const setupStepRoutes = (deps: Deps) => {
  const { timeZone } = deps.config
  const edits = staffOnly(deps, 'people.edit')
  const acting = async (
    c: Context<Env>,
    next: string,
    act: (options: { compose: Awaited<ReturnType<typeof composer>> }) => Promise<Done>,
    refused: (reason: Refusal) => Promise<Response>,
  ): Promise<Response> => {
    try {
      const done = await act({ compose: await composer(deps, c.var.language) })
      return showLinks(c, deps, { ...done, next })
    } catch (error) {
      if (error instanceof RangeError) throw new Malformed('bad_field')
      if (!(error instanceof Refusal)) throw error
      return refused(error)
    }
  }
  return new Hono<Env>()
    .get('/leadership', edits, (c) => showLeadership(c, deps))
    .post('/leadership', edits, async (c) => {
      const typed = await form(c, LEADERSHIP)
      const [chief, ...members] = newcomersIn(typed, 'staff', [RANK_OF_CHIEF])
      const who = typed.chief ? (typed.chief as StaffId) : chief
      const term = { firstDay: typed.firstDay, lastDay: typed.lastDay || null }
      return acting(
        c,
        '/setup/night',
        ({ compose }) =>
          deps.transact(c.var.me.actor, async (tx) => {
            if (!who) throw new NotFound()
            const group = { chief: who, members: members.filter(isNamed), term }
            return { invited: await formGroup(tx, group, timeZone, { compose, languages: [c.var.language] }) }
          }),
        (refused) => showLeadership(c, deps, { typed, refused }, 422),
      )
    })
    .get('/night', edits, (c) => showNight(c, deps))
    .post('/night', edits, async (c) => {
      const typed = await form(c, NIGHT)
      const [manager, ...agents] = newcomersIn(typed, 'staff', [LEAST_RANK_OF_MANAGER])
      const who = typed.manager ? (typed.manager as StaffId) : manager
      return acting(
        c,
        '/duty',
        async ({ compose }) => {
          if (!who) throw new NotFound()
          const hours = await currentSettings(deps.db)
          const plan = {
            ...windowOf(typed.night, typed.start, typed.end, timeZone),
            night: typed.night,
            kind: startsAtNight(typed.start, hours) ? ('night' as const) : ('day' as const),
            manager: who,
            agents: agents.filter(isNamed),
          }
          return deps.transact(c.var.me.actor, (tx) =>
            planFirstNight(tx, plan, signedOf(typed, timeZone), { compose, languages: [c.var.language] }),
          )
        },
        (refused) => showNight(c, deps, { typed, refused }, 422),
      )
    })
}

/** Row 3: why a hard rule is broken, and the leader who answers for it. */
const signedOf = ({ reason, leader }: z.infer<z.ZodObject<typeof NIGHT>>, zone: string): Signed => ({
  zone,
  reason: reason ?? '',
  leaderId: (leader || null) as StaffId | null,
})

/** Rows as people, in the order of the form; `ranks` are those of the first rows where the form does not ask. */
function newcomersIn(rows: Rows, rank: Newcomer['rank'], ranks: readonly Newcomer['rank'][]): Newcomer[] {
  return rows.name.map((name, at) => ({
    name: name.trim(),
    nameEn: (rows.nameEn[at] ?? '').trim(),
    number: (rows.number[at] ?? '').trim(),
    email: (rows.email[at] ?? '').trim() || null,
    departmentId: (rows.department[at] ?? rows.department[0]) as DepartmentId,
    rank: ranks[at] ?? rows.rank?.[at] ?? rank,
  }))
}

/** A row that nobody filled in is nobody; one that is half filled in is refused in words. */
const isNamed = ({ name, number, email }: Newcomer): boolean => name !== '' || number !== '' || email !== null
