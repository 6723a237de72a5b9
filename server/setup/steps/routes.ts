import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import { composer, keyUrl } from '../../accounts/invitations/letters.ts'
import { RANK_OF_CHIEF } from '../../accounts/leadership/rules.ts'
import { listActive } from '../../accounts/people/queries.ts'
import { isAtLeast } from '../../accounts/rules.ts'
import { RANKS } from '../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import { Malformed, NotFound, Refusal } from '../../kernel/refusal.ts'
import { comingNight, localOf, windowOf } from '../../kernel/time.ts'
import { LEAST_RANK_OF_MANAGER, startsAtNight } from '../../roster/rules.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { facade } from '../../web/facade.ts'
import { clockTime, day, form, optionalText, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { formGroup, type Invited, type Newcomer, planFirstNight } from '../actions.ts'

const MEMBERS = 3
const AGENTS = 4
const list = (letters: number, most: number) => z.array(optionalText(letters)).max(most).default([])
const LEADERSHIP = {
  chief: rowId.or(z.literal('')),
  name: list(80, MEMBERS + 1),
  nameEn: list(80, MEMBERS + 1),
  number: list(20, MEMBERS + 1),
  email: list(120, MEMBERS + 1),
  department: z
    .array(rowId)
    .max(MEMBERS + 1)
    .default([]),
  rank: z
    .array(z.enum(RANKS))
    .max(MEMBERS + 1)
    .default([]),
  firstDay: day,
  lastDay: day.or(z.literal('')),
}
const NIGHT = {
  night: day,
  start: clockTime,
  end: clockTime,
  manager: rowId.or(z.literal('')),
  name: list(80, AGENTS + 1),
  nameEn: list(80, AGENTS + 1),
  number: list(20, AGENTS + 1),
  email: list(120, AGENTS + 1),
  department: z
    .array(rowId)
    .max(AGENTS + 1)
    .default([]),
}
type Rows = Pick<z.infer<z.ZodObject<typeof NIGHT>>, 'name' | 'nameEn' | 'number' | 'email' | 'department'> & {
  rank?: (typeof RANKS)[number][]
}

/** The rest of moving in, by the administrator who has just founded the company; each step may wait. */
export const setupStepRoutes = (deps: Deps) => {
  const { timeZone } = deps.config
  const edits = staffOnly(deps, 'people.edit')
  const acting = async (
    c: Context<Env>,
    next: string,
    act: (options: { compose: Awaited<ReturnType<typeof composer>> }) => Promise<Invited[]>,
    refused: (reason: Refusal) => Promise<Response>,
  ): Promise<Response> => {
    try {
      const invited = await act({ compose: await composer(deps, c.var.language) })
      return showLinks(c, deps, { invited, next })
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
          deps.transact(c.var.me.actor, (tx) => {
            if (!who) throw new NotFound()
            const group = { chief: who, members: members.filter(isNamed), term }
            return formGroup(tx, group, timeZone, { compose, languages: [c.var.language] })
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
            planFirstNight(tx, plan, { compose, languages: [c.var.language] }),
          )
        },
        (refused) => showNight(c, deps, { typed, refused }, 422),
      )
    })
}

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

const SCENERY = { facade: facade(56, 35, 0), wide: true }

function rowsOf(typed: Rows | undefined, count: number, ranks: readonly string[]) {
  return Array.from({ length: count }, (_, at) => ({
    at,
    name: typed?.name[at] ?? '',
    nameEn: typed?.nameEn[at] ?? '',
    number: typed?.number[at] ?? '',
    email: typed?.email[at] ?? '',
    department: typed?.department[at] ?? '',
    rank: typed?.rank?.[at] ?? ranks[at] ?? 'manager',
    // The first of each kind is there to be filled in, the others unfold.
    open: at <= 1 || Boolean(typed?.name[at] || typed?.number[at] || typed?.email[at]),
  }))
}

type Values<T> = { typed?: T; refused?: Refusal }

async function showLeadership(
  c: Context<Env>,
  deps: Deps,
  { typed, refused }: Values<z.infer<z.ZodObject<typeof LEADERSHIP>>> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const [departments, people] = await Promise.all([listDepartments(deps.db), listActive(deps.db)])
  const { date } = localOf(deps.clock.now(), deps.config.timeZone)
  const [chief, ...members] = rowsOf(typed, MEMBERS + 1, [RANK_OF_CHIEF])
  return page(
    c,
    deps,
    'setup/leadership',
    {
      ...SCENERY,
      typed: { chief: '', firstDay: date, lastDay: '', ...typed },
      refused,
      departments,
      chiefs: people.filter(({ rank }) => rank === RANK_OF_CHIEF),
      chief,
      members: members.map((row, n) => ({ ...row, key: `member${n}` })),
      ranks: RANKS.filter((rank) => isAtLeast(rank, 'supervisor')),
    },
    status,
  )
}

async function showNight(
  c: Context<Env>,
  deps: Deps,
  { typed, refused }: Values<z.infer<z.ZodObject<typeof NIGHT>>> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const [departments, people, { nightStart: start, nightEnd: end }] = await Promise.all([
    listDepartments(deps.db),
    listActive(deps.db),
    currentSettings(deps.db),
  ])
  const night = comingNight(deps.clock.now(), { start, end, zone: deps.config.timeZone })
  const [manager, ...agents] = rowsOf(typed, AGENTS + 1, [])
  const managers = people.filter(({ rank }) => isAtLeast(rank, LEAST_RANK_OF_MANAGER))
  return page(
    c,
    deps,
    'setup/night',
    {
      ...SCENERY,
      typed: { night, start, end, manager: managers[0]?.id ?? '', ...typed },
      refused,
      departments,
      managers,
      manager,
      agents: agents.map((row, n) => ({ ...row, key: `agent${n}` })),
    },
    status,
  )
}

/** The links of those who were just added, once: whoever has no mail gets theirs from hand to hand. */
const showLinks = (c: Context<Env>, deps: Deps, { invited, next }: { invited: readonly Invited[]; next: string }) =>
  page(c, deps, 'setup/links', {
    ...SCENERY,
    next,
    last: next === '/duty',
    mails: deps.config.smtpUrl !== undefined,
    links: invited.map(({ person, key }) => ({
      ...person,
      until: key.expiresAt,
      url: keyUrl(deps.config.publicUrl, key),
    })),
  })
