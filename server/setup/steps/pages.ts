import type { Context } from 'hono'
import type { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import { keyUrl } from '../../accounts/invitations/letters.ts'
import { hasChief, listChiefs } from '../../accounts/leadership/queries.ts'
import { RANK_OF_CHIEF } from '../../accounts/leadership/rules.ts'
import { listActive } from '../../accounts/people/queries.ts'
import { isAtLeast } from '../../accounts/rules.ts'
import { RANKS } from '../../kernel/capabilities.ts'
import type { Refusal } from '../../kernel/refusal.ts'
import { comingNight, localOf } from '../../kernel/time.ts'
import { Unsigned } from '../../roster/exceptions/rules.ts'
import type { Finding } from '../../roster/facts.ts'
import { listLeaders } from '../../roster/months/people/queries.ts'
import { sayFindings, saySigning } from '../../roster/night.ts'
import { LEAST_RANK_OF_MANAGER } from '../../roster/rules.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { facade } from '../../web/facade.ts'
import { page } from '../../web/page.ts'
import type { Invited } from '../actions.ts'
import { AGENTS, type LEADERSHIP, MEMBERS, type NIGHT, type Rows } from './forms.ts'

export type Done = { readonly invited: readonly Invited[]; readonly lacks?: readonly Finding[] }

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

export async function showLeadership(
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

export async function showNight(
  c: Context<Env>,
  deps: Deps,
  { typed, refused }: Values<z.infer<z.ZodObject<typeof NIGHT>>> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const [departments, people, { nightStart: start, nightEnd: end }, leaders] = await Promise.all([
    listDepartments(deps.db),
    listActive(deps.db),
    currentSettings(deps.db),
    listLeaders(deps.db, deps.clock.now(), c.var.me.staffId),
  ])
  const signing = refused instanceof Unsigned ? saySigning(refused, typed, c.var.language, refused.names) : null
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
      signing,
      leaders,
      // Without a 组长 there is no night to plan (row 5): where one is appointed is said before it is tried.
      headless: !(await hasChief(deps.db, deps.clock.now())),
      skipped: await isGroupSkipped(deps),
    },
    status,
  )
}

/** A step that was put off is not a step that was done: by what is there, as on the list of what is left. */
const isGroupSkipped = async ({ db }: Deps): Promise<boolean> => (await listChiefs(db)).length === 0

/** The links of those who were just added, once: whoever has no mail gets theirs from hand to hand. */
export const showLinks = async (
  c: Context<Env>,
  deps: Deps,
  { invited, lacks = [], next }: Done & { readonly next: string },
): Promise<Response> =>
  page(c, deps, 'setup/links', {
    ...SCENERY,
    next,
    lacks: sayFindings(lacks, c.var.language),
    skipped: await isGroupSkipped(deps),
    last: next === '/duty',
    mails: deps.config.smtpUrl !== undefined,
    links: invited.map(({ person, key }) => ({
      ...person,
      until: key.expiresAt,
      url: keyUrl(deps.config.publicUrl, key),
    })),
  })
