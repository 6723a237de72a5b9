import type { SessionId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Session = {
  readonly id: SessionId
  readonly openedAt: Date
  readonly seenAt: Date
  readonly address: string | null
  readonly browser: string | null
}

/** A person's open sessions, the one used last first. */
export async function listSessions(db: Reader, staffId: StaffId, now: Date): Promise<Session[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id', 'opened_at', 'seen_at', 'address', 'browser'])
    .where('staff_id', '=', staffId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('seen_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map(({ id, opened_at, seen_at, ...row }) => ({
    ...row,
    id: id as SessionId,
    openedAt: opened_at,
    seenAt: seen_at,
  }))
}

export async function ownsSession(db: Reader, staffId: StaffId, id: SessionId): Promise<boolean> {
  const row = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', id)
    .where('staff_id', '=', staffId)
    .executeTakeFirst()
  return row !== undefined
}

export const passwordHashOf = async (tx: Tx, staffId: StaffId): Promise<string> =>
  (
    await tx.db
      .selectFrom('staff')
      .select('password_hash')
      .where('id', '=', staffId)
      .forUpdate()
      .executeTakeFirstOrThrow()
  ).password_hash

export const setContact = (tx: Tx, staffId: StaffId, contact: { phone: string | null; email: string | null }) =>
  tx.db.updateTable('staff').set(contact).where('id', '=', staffId).execute()
