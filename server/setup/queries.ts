import { sql } from 'kysely'
import type { Bilingual } from '../kernel/language.ts'
import type { Reader, Tx } from '../schema.ts'

/** Any constant of our own: two who found the same company at the same moment come one after the other. */
const LOCK = 4_201_011

export const lockHouse = (tx: Tx) => sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx.db)

/** Topics to begin with, where there are none: without one nothing can be resolved (REGULATION row 15). */
export async function ensureTopics(
  tx: Tx,
  topics: readonly { readonly code: string; readonly name: Bilingual }[],
): Promise<void> {
  const any = await tx.db.selectFrom('categories').select('id').limit(1).executeTakeFirst()
  if (any) return
  await tx.db
    .insertInto('categories')
    .values(
      topics.map(({ code, name }, position) => ({
        code,
        parent_id: null,
        name: JSON.stringify(name),
        skill: null,
        position,
      })),
    )
    .execute()
}

/** How far a company has moved in; each is a fact, not a tick that somebody set. */
export type Progress = {
  readonly departments: number
  readonly people: number
  readonly invited: number
  readonly managerPlanned: boolean
  readonly agentPlanned: boolean
  readonly onPost: boolean
  readonly dressed: boolean
  readonly asked: boolean
  readonly answered: boolean
}

export async function readProgress(db: Reader, now: Date, night: string): Promise<Progress> {
  const { rows } = await sql<{
    departments: string
    people: string
    invited: string
    manager_planned: boolean
    agent_planned: boolean
    on_post: boolean
    dressed: boolean
    asked: boolean
    answered: boolean
  }>`
    select (select count(*) from departments) as departments,
      (select count(*) from staff where active) as people,
      (select count(*) from staff where active and invited) as invited,
      exists (select from shifts where post = 'manager' and (night = ${night} or during @> ${now}::timestamptz)) as manager_planned,
      exists (select from shifts where post = 'service' and (night = ${night} or during @> ${now}::timestamptz)) as agent_planned,
      exists (select from attendances a join shifts s on s.id = a.shift_id
        where a.checked_out_at is null and s.post = 'service' and (s.during @> ${now}::timestamptz or a.stays_until > ${now})) as on_post,
      exists (select from allowed_sites) or exists (select from settings where key in ('greeting', 'accent', 'logo')) as dressed,
      exists (select from tickets) as asked,
      exists (select from messages where author like 'staff:%') as answered`.execute(db)
  const [row] = rows
  return {
    departments: Number(row?.departments ?? 0),
    people: Number(row?.people ?? 0),
    invited: Number(row?.invited ?? 0),
    managerPlanned: row?.manager_planned ?? false,
    agentPlanned: row?.agent_planned ?? false,
    onPost: row?.on_post ?? false,
    dressed: row?.dressed ?? false,
    asked: row?.asked ?? false,
    answered: row?.answered ?? false,
  }
}
