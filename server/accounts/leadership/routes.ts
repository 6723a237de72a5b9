import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { MembershipId, StaffId } from '../../kernel/ids.ts'
import { Malformed, Refusal } from '../../kernel/refusal.ts'
import { localOf } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { day, form, pathId, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { listActive } from '../people/queries.ts'
import { isAtLeast } from '../rules.ts'
import { appointLeader, endTerm, withdrawLeader } from './actions.ts'
import { listMemberships, type Membership } from './queries.ts'
import { holdsAt, isChiefNow, RANK_OF_CHIEF } from './rules.ts'

const noneOr = day.or(z.literal(''))

/** The leadership group (REGULATION row 5): who belongs to it from day to day, and who heads it. */
export const leadershipRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'people.edit')
  const { timeZone } = deps.config
  const acting = async (c: Context<Env>, typed: object, act: (tx: Tx) => Promise<unknown>): Promise<Response> => {
    try {
      await deps.transact(c.var.me.actor, act)
      return seeOther(c, '/leadership')
    } catch (error) {
      if (error instanceof RangeError) throw new Malformed('bad_field')
      if (!(error instanceof Refusal)) throw error
      return show(c, deps, { ...typed, refused: error }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', staffOnly(deps, 'leadership.read'), (c) => show(c, deps))
    .post('/', edits, async (c) => {
      const typed = await form(c, {
        staff: rowId,
        chief: z.literal('yes').optional(),
        firstDay: day,
        lastDay: noneOr,
      })
      const appointment = {
        staffId: typed.staff as StaffId,
        chief: typed.chief === 'yes',
        firstDay: typed.firstDay,
        lastDay: typed.lastDay || null,
      }
      return acting(c, { typed }, (tx) => appointLeader(tx, appointment, timeZone))
    })
    .post('/:id', edits, async (c) => {
      const { lastDay } = await form(c, { lastDay: noneOr })
      const id = pathId<MembershipId>(c)
      return acting(c, { changing: id, lastDay }, (tx) => endTerm(tx, id, lastDay || null, timeZone))
    })
    .post('/:id/withdrawal', edits, async (c) => {
      await form(c, {})
      const id = pathId<MembershipId>(c)
      return acting(c, { changing: id }, (tx) => withdrawLeader(tx, id))
    })
}

async function show(c: Context<Env>, deps: Deps, values: Record<string, unknown> = {}, status: 200 | 422 = 200) {
  const now = deps.clock.now()
  const [members, people] = await Promise.all([listMemberships(deps.db), listActive(deps.db)])
  const chief = members.find((member) => isChiefNow(member, now))
  return page(
    c,
    deps,
    'leadership/group',
    {
      typed: { firstDay: localOf(now, deps.config.timeZone).date },
      ...values,
      chief,
      groups: ORDER.map((term) => ({ term, members: members.filter((member) => termOf(member, now) === term) })).filter(
        (group) => group.members.length > 0,
      ),
      // 组长 and heads of departments, so nobody below 主管.
      people: people
        .filter(({ rank }) => isAtLeast(rank, 'supervisor'))
        .map((person) => ({ ...person, mayLead: person.rank === RANK_OF_CHIEF })),
    },
    status,
  )
}

const ORDER = ['now', 'ahead', 'over'] as const
const termOf = ({ window }: Membership, now: Date): (typeof ORDER)[number] => {
  if (holdsAt(window, now)) return 'now'
  return window.from > now ? 'ahead' : 'over'
}
