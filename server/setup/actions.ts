import type { Opened, Place } from '../accounts/actions.ts'
import { addDepartment } from '../accounts/departments/actions.ts'
import { type Compose, type Key, replacePassword, sendKey } from '../accounts/invitations/actions.ts'
import { appointLeader } from '../accounts/leadership/actions.ts'
import type { Term } from '../accounts/leadership/rules.ts'
import { addPerson, changePerson } from '../accounts/people/actions.ts'
import { getPerson } from '../accounts/people/queries.ts'
import type { Facts } from '../accounts/people/rules.ts'
import { isInhabited } from '../accounts/queries.ts'
import { whyNotPassword } from '../accounts/rules.ts'
import type { Post, Rank, StandingRole } from '../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import { Refusal, refusal, refuse } from '../kernel/refusal.ts'
import type { Window } from '../kernel/time.ts'
import { need } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import { ensureTerms } from '../policies/queries.ts'
import { placeFirst, type ShiftPlan, signFirst } from '../roster/actions.ts'
import type { Signed } from '../roster/exceptions/actions.ts'
import type { Finding } from '../roster/facts.ts'
import type { Tx } from '../schema.ts'
import { change } from '../settings/actions.ts'
import * as setup from './queries.ts'
import { type DepartmentRow, departmentsIn, whyNotDepartments } from './rules.ts'

export type Founding = {
  readonly company: Bilingual
  readonly departments: readonly DepartmentRow[]
  /** Which of the rows the administrator belongs to. */
  readonly own: number
  readonly administrator: {
    readonly number: string
    readonly name: string
    readonly nameEn: string
    readonly email: string | null
    readonly rank: Rank
    readonly language: Language
    readonly password: string
  }
  readonly terms: Bilingual
  readonly topics: readonly { readonly code: string; readonly name: Bilingual }[]
  readonly place: Place
}

/** A house that nobody has moved into gets its name, its departments and its first administrator: one of two wins. */
export async function foundCompany(tx: Tx, founding: Founding): Promise<Opened> {
  await setup.lockHouse(tx)
  if (await isInhabited(tx.db)) throw refusal('setup.somebody_was_faster')
  const { company, administrator, place } = founding
  const rows = departmentsIn(founding.departments)
  refuse(whyNotDepartments(rows, founding.own))
  refuse(whyNotPassword(administrator.password, { ...administrator, login: administrator.number }))
  await change(tx, 'companyName', company)
  await ensureTerms(tx.db, founding.terms, tx.now)
  await setup.ensureTopics(tx, founding.topics)
  const departments = new Map<number, DepartmentId>()
  for (const { at, zh, en } of rows)
    departments.set(at, await addDepartment(tx, { ...NO_FACTS, name: { 'zh-CN': zh, en } }))
  const staffId = await addPerson(tx, {
    ...factsOf(administrator, [administrator.language]),
    departmentId: departments.get(founding.own) as DepartmentId,
    roles: ['administrator'],
  })
  await announce(tx, 'company.founded', { staffId }, { about: [] })
  return replacePassword(tx, staffId, { password: administrator.password, how: 'invitation', place })
}

/** Somebody a form of the setup names: a line of it, or who works here already. */
export type Newcomer = {
  readonly number: string
  readonly name: string
  readonly nameEn: string
  readonly email: string | null
  readonly departmentId: DepartmentId
  readonly rank: Rank
}
export type Invited = { readonly person: Newcomer; readonly key: Key }
type Options = { readonly compose: Compose; readonly languages: readonly Language[] }

export type Group = {
  /** Who works here already, or somebody new. */
  readonly chief: StaffId | Newcomer
  readonly members: readonly Newcomer[]
  readonly term: Term
}

/** The leadership group as it begins: a 组长 of rank 副总经理 and the others (REGULATION row 5). */
export async function formGroup(
  tx: Tx,
  { chief, members, term }: Group,
  zone: string,
  options: Options,
): Promise<Invited[]> {
  need(tx, 'people.edit')
  const invited: Invited[] = []
  const joining = [
    { who: chief, chief: true, row: 'chief' },
    ...members.map((who, n) => ({ who, chief: false, row: `member${n}` })),
  ]
  for (const { who, chief: leads, row } of joining)
    await inRow(row, async () => {
      const staffId = typeof who === 'string' ? who : await bring(tx, who, { ...options, posts: [], invited })
      await appointLeader(tx, { ...term, staffId, chief: leads }, zone)
    })
  return invited
}

export type FirstNight = Window & {
  readonly night: string
  readonly kind: 'night' | 'day'
  readonly manager: StaffId | Newcomer
  readonly agents: readonly Newcomer[]
}

/** Who was asked to come, and what the night itself still lacks (rows 8 and 20). */
export type Planned = { readonly invited: Invited[]; readonly lacks: readonly Finding[] }

/**
 * A duty manager and whoever answers: one rostered night is all that a first conversation needs. The checker judges it as it judges
 * every roster (row 3): @throws Unsigned where it is barred, or breaks a hard rule without a reason and a leader's name.
 */
export async function planFirstNight(tx: Tx, plan: FirstNight, signed: Signed, options: Options): Promise<Planned> {
  need(tx, 'people.edit')
  refuse(plan.agents.length === 0 ? refusal('setup.no_agent', {}, 'agent0-name') : null)
  const { manager, agents, night, kind, from, to } = plan
  const invited: Invited[] = []
  const stands: ShiftPlan[] = []
  const stand = async (staffId: StaffId, post: Post): Promise<void> => {
    const shift = { from, to, night, kind, staffId, post }
    await placeFirst(tx, shift)
    stands.push(shift)
  }
  await inRow('manager', async () => {
    const staffId =
      typeof manager === 'string'
        ? await train(tx, manager)
        : await bring(tx, manager, { ...options, posts: ['manager'], invited })
    await stand(staffId, 'manager')
  })
  for (const [n, agent] of agents.entries())
    await inRow(`agent${n}`, async () =>
      stand(await bring(tx, agent, { ...options, posts: ['service'], invited }), 'service'),
    )
  return { invited, lacks: await signFirst(tx, stands, signed) }
}

type Bringing = Options & { readonly posts: Facts['posts']; readonly invited: Invited[] }

async function bring(tx: Tx, person: Newcomer, { compose, languages, posts, invited }: Bringing): Promise<StaffId> {
  const staffId = await addPerson(tx, { ...factsOf(person, languages), departmentId: person.departmentId, posts })
  invited.push({ person, key: await sendKey(tx, staffId, compose) })
  return staffId
}

/** Whoever is put in charge of a night may hold that post from now on. */
async function train(tx: Tx, id: StaffId): Promise<StaffId> {
  const person = await getPerson(tx.db, id)
  if (!person.posts.includes('manager')) await changePerson(tx, id, { ...person, posts: [...person.posts, 'manager'] })
  return id
}

const factsOf = (
  { number, name, nameEn, email, rank }: Omit<Newcomer, 'departmentId'>,
  languages: readonly Language[],
): Omit<Facts, 'departmentId'> => ({
  number,
  login: number.toLowerCase(),
  name,
  nameEn: nameEn || name,
  rank,
  roles: [] as StandingRole[],
  posts: [],
  skills: [],
  languages,
  phone: null,
  email,
})

const NO_FACTS = { headId: null, nightContactId: null, nightPhone: null, acceptMinutes: null, email: null }

/** Words go under the field of the row that they are about. */
async function inRow(row: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw refusal(error.code, { ...error.details }, `${row}-${error.field ?? 'name'}`)
  }
}
