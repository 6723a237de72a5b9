import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { SignatureId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Finding } from '../facts.ts'
import type { SignatureState } from './rules.ts'

/** Of a version, or of one act by hand. */
export type Subject = { readonly month: string; readonly version: number } | { readonly exceptionId: string }

export async function insertSignature(
  tx: Tx,
  leaderId: StaffId,
  by: StaffId | null,
  of: Subject,
): Promise<SignatureId> {
  const { id } = await tx.db
    .insertInto('roster_signatures')
    .values({
      leader_id: leaderId,
      named_by: by,
      named_at: tx.now,
      ...('exceptionId' in of ? { exception_id: of.exceptionId } : { month: of.month, version: of.version }),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as SignatureId
}

/** Locked. @throws NotFound */
export async function lockSignature(tx: Tx, id: SignatureId) {
  const row = await tx.db
    .selectFrom('roster_signatures')
    .select(['leader_id', 'named_by', 'state', 'words'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return {
    leaderId: row.leader_id as StaffId,
    namedBy: row.named_by as StaffId | null,
    state: row.state,
    words: row.words ?? null,
  }
}

type Answer = { readonly state: SignatureState; readonly words: string | null }
export const setSignature = (tx: Tx, id: SignatureId, { state, words }: Answer) =>
  tx.db.updateTable('roster_signatures').set({ state, words, answered_at: tx.now }).where('id', '=', id).execute()

type Named = { readonly name: string; readonly nameEn: string }
export type SignatureView = {
  readonly id: SignatureId
  readonly leader: Named
  readonly by: Named | null
  readonly namedAt: Date
  readonly state: SignatureState
  readonly words: string | null
  readonly answeredAt: Date | null
  /** HR's, with what is broken. */
  readonly reason: string
  readonly findings: readonly Finding[]
  /** Of a version: which; by hand: whose shift. */
  readonly month: string | null
  readonly version: number | null
  readonly exception: {
    readonly night: string
    readonly post: Post
    readonly what: 'added' | 'changed' | 'removed'
    readonly person: Named
  } | null
}

type Which = { readonly leader: StaffId } | { readonly all: true }

/** What waits for an answer first, then the newest. */
export async function listSignatures(db: Reader, which: Which, limit: number): Promise<SignatureView[]> {
  const person = (alias: string) =>
    sql`case when ${sql.ref(`${alias}.id`)} is null then null else jsonb_build_object('name', ${sql.ref(`${alias}.name`)}, 'nameEn', ${sql.ref(`${alias}.name_en`)}) end`
  const { rows } = await sql<SignatureView>`
    select s.id::text as id, ${person('l')} as leader, ${person('b')} as by, s.named_at as "namedAt", s.state, s.words,
      s.answered_at as "answeredAt", s.month, s.version, coalesce(v.reason, e.reason, '') as reason,
      coalesce(v.findings, e.findings, '[]') as findings,
      case when e.id is null then null else jsonb_build_object('night', e.night, 'post', e.post, 'what', e.what, 'person', ${person('p')}) end as exception
    from roster_signatures s join staff l on l.id = s.leader_id left join staff b on b.id = s.named_by
    left join roster_versions v on v.month = s.month and v.version = s.version
    left join roster_exceptions e on e.id = s.exception_id left join staff p on p.id = e.staff_id
    where ${'all' in which ? sql`true` : sql`s.leader_id = ${which.leader}`}
    order by s.state = 'named' desc, s.id desc limit ${limit}`.execute(db)
  return rows
}

/** How many wait for this leader. */
export async function countNamed(db: Reader, leader: StaffId): Promise<number> {
  const { count } = await db
    .selectFrom('roster_signatures')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('leader_id', '=', leader)
    .where('state', '=', 'named')
    .executeTakeFirstOrThrow()
  return Number(count)
}
