import type { Kysely } from 'kysely'
import { capabilitiesOf } from '../../server/accounts/rules.ts'
import type { Post, Rank, StandingRole } from '../../server/kernel/capabilities.ts'
import { POSTS } from '../../server/kernel/capabilities.ts'
import type { AttendanceId, CategoryId, CustomerId, ShiftId, StaffId, VisitorId } from '../../server/kernel/ids.ts'
import type { Language } from '../../server/kernel/language.ts'
import { type Actor, staffActor, visitorActor } from '../../server/platform/actor.ts'
import { hashOf, newToken } from '../../server/platform/tokens.ts'
import type { Database } from '../../server/schema.ts'

type DB = Kysely<Database>
let people = 0

/** Somebody who works here: by default an agent of rank 员工 who speaks both languages. The password matches nothing. */
export async function hire(
  db: DB,
  name: string,
  traits: {
    rank?: Rank
    roles?: StandingRole[]
    posts?: Post[]
    skills?: string[]
    languages?: Language[]
    passwordHash?: string
  } = {},
): Promise<StaffId> {
  people += 1
  const number = `t${String(people).padStart(5, '0')}`
  const department = await db
    .insertInto('departments')
    .values({ code: 'service', name: JSON.stringify({ 'zh-CN': '客户服务部', en: 'Customer service' }) })
    .onConflict((conflict) => conflict.column('code').doUpdateSet({ position: 0 }))
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = await db
    .insertInto('staff')
    .values({
      number,
      login: number,
      name,
      name_en: name,
      password_hash: traits.passwordHash ?? 'none',
      department_id: department.id,
      rank: traits.rank ?? 'staff',
      standing_roles: traits.roles ?? [],
      posts: traits.posts ?? [...POSTS],
      skills: traits.skills ?? [],
      languages: traits.languages ?? ['zh-CN', 'en'],
      phone: null,
      language: null,
      created_at: new Date(0),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as StaffId
}

/** A shift from `from` to `to`, ISO 8601 texts. */
export async function roster(
  db: DB,
  staffId: StaffId,
  post: Post,
  { from, to, night = '2026-11-23' }: { from: string; to: string; night?: string },
): Promise<ShiftId> {
  const during = `[${new Date(from).toISOString()},${new Date(to).toISOString()})`
  const row = await db
    .insertInto('shifts')
    .values({ staff_id: staffId, post, during, night, kind: 'night', created_at: new Date(0) })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as ShiftId
}

/** Everybody's training is valid: who has none stands in no night that the rules are asked about. */
export async function train(db: DB): Promise<void> {
  const people = await db.selectFrom('staff').select('id').execute()
  await db
    .insertInto('staff_planning')
    .values(
      people.map(({ id }) => ({ staff_id: id, trained_until: '2029-12-31', changed_by: id, changed_at: new Date(0) })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The leadership group has its 组长 since the beginning of the year, so that a roster can be published (row 5). */
export async function appointChief(db: DB, now: Date, name = '方正'): Promise<StaffId> {
  const chief = await hire(db, name, { posts: [], rank: 'vice_president' })
  const [year] = now.toISOString().split('-')
  await db
    .insertInto('leadership_members')
    .values({
      staff_id: chief,
      chief: true,
      first_day: `${year}-01-01`,
      during: `[${year}-01-01T00:00:00+08:00,)`,
      appointed_at: now,
    } as never)
    .execute()
  return chief
}

/** The night of 23 November, 22:00 to 06:00 in Shanghai. */
export const TONIGHT = { from: '2026-11-23T22:00:00+08:00', to: '2026-11-24T06:00:00+08:00', night: '2026-11-23' }

/** On post tonight: rostered, checked in on time and, unless `seen` is null, with a page open that was seen at that instant. */
export async function putOnPost(
  db: DB,
  staffId: StaffId,
  post: Post = 'service',
  { seen = new Date('2026-11-24T02:14:00+08:00') }: { seen?: Date | null } = {},
): Promise<{ shiftId: ShiftId; attendanceId: AttendanceId }> {
  const shiftId = await roster(db, staffId, post, TONIGHT)
  const row = await db
    .insertInto('attendances')
    .values({
      shift_id: shiftId,
      staff_id: staffId,
      checked_in_at: new Date('2026-11-23T21:45:00+08:00'),
      arrival: 'ready',
      checked_out_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (seen) await see(db, staffId, seen)
  return { shiftId, attendanceId: row.id as AttendanceId }
}

/** A living page of this person was seen at this instant. */
export async function see(db: DB, staffId: StaffId, at: Date, process = 'test'): Promise<void> {
  await db
    .insertInto('presence')
    .values({ staff_id: staffId, process, seen_at: at })
    .onConflict((conflict) => conflict.columns(['staff_id', 'process']).doUpdateSet({ seen_at: at }))
    .execute()
}

/** Acting as this person with the capabilities of a post and of standing roles. */
export const as = (staffId: StaffId, post: Post | null = 'service', roles: StandingRole[] = []): Actor =>
  staffActor(staffId, capabilitiesOf(roles, post))

export type Visitor = { visitorId: VisitorId; customerId: CustomerId; token: string; actor: Actor }

/** A customer with a browser. */
export async function welcome(db: DB, name: string, language: Language = 'zh-CN'): Promise<Visitor> {
  const at = new Date('2026-11-24T02:00:00+08:00')
  const token = newToken()
  const customer = await db
    .insertInto('customers')
    .values({ name, language, created_at: at })
    .returning('id')
    .executeTakeFirstOrThrow()
  const visitor = await db
    .insertInto('visitors')
    .values({
      token_hash: hashOf(token),
      customer_id: customer.id,
      language,
      terms_version: 1,
      terms_accepted_at: at,
      created_at: at,
      seen_at: at,
      expires_at: new Date('2027-11-24T02:00:00+08:00'),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const visitorId = visitor.id as VisitorId
  const customerId = customer.id as CustomerId
  return { visitorId, customerId, token, actor: visitorActor(visitorId, customerId) }
}

/** A topic that customers choose. */
export async function topic(db: DB, code: string, skill: string | null = null): Promise<CategoryId> {
  const row = await db
    .insertInto('categories')
    .values({ code, parent_id: null, name: JSON.stringify({ 'zh-CN': code, en: code }), skill })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as CategoryId
}

/** The terms that customers accept before they ask. */
export async function publishTerms(db: DB, at: Date, version = 1): Promise<void> {
  const body = JSON.stringify({ 'zh-CN': '条款', en: 'Terms' })
  await db.insertInto('customer_terms').values({ version, body, published_at: at }).execute()
}

/** 林玫 on post, and the customer 苏晴. */
export async function agentAndCustomer(db: DB): Promise<{ mei: StaffId; suQing: Visitor }> {
  const mei = await hire(db, '林玫')
  await putOnPost(db, mei)
  return { mei, suQing: await welcome(db, '苏晴') }
}
