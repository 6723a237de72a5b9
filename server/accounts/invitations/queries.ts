import { sql } from 'kysely'
import type { LinkKind } from '../../events/accounts.ts'
import type { LinkId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Link = { readonly id: LinkId; readonly staffId: StaffId; readonly kind: LinkKind; readonly expiresAt: Date }

export async function insertLink(
  tx: Tx,
  link: { staffId: StaffId; kind: LinkKind; tokenHash: Buffer; expiresAt: Date },
): Promise<LinkId> {
  const row = await tx.db
    .insertInto('account_links')
    .values({
      staff_id: link.staffId,
      kind: link.kind,
      token_hash: link.tokenHash,
      made_at: tx.now,
      expires_at: link.expiresAt,
      ended_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as LinkId
}

/** Undefined where it is made up, used, over, or its person left. */
export async function findOpenLink(db: Reader, tokenHash: Buffer, now: Date): Promise<Link | undefined> {
  const row = await db
    .selectFrom('account_links as l')
    .innerJoin('staff as p', 'p.id', 'l.staff_id')
    .select(['l.id', 'l.staff_id', 'l.kind', 'l.expires_at'])
    .where('l.token_hash', '=', tokenHash)
    .where('l.ended_at', 'is', null)
    .where('l.expires_at', '>', now)
    .where('p.active', '=', true)
    .executeTakeFirst()
  return row && { id: row.id as LinkId, staffId: row.staff_id as StaffId, kind: row.kind, expiresAt: row.expires_at }
}

/** False where somebody was faster: two presses on one link. */
export async function endLink(tx: Tx, id: LinkId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('account_links')
    .set({ ended_at: tx.now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const endLinksOf = (tx: Tx, staffId: StaffId) =>
  tx.db
    .updateTable('account_links')
    .set({ ended_at: tx.now })
    .where('staff_id', '=', staffId)
    .where('ended_at', 'is', null)
    .execute()

export async function countLinksSince(db: Reader, staffId: StaffId, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom('account_links')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('staff_id', '=', staffId)
    .where('made_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Whoever signs in with this name, or the one person of that address; an address that two share is nobody's. */
export async function findByNameOrAddress(db: Reader, text: string): Promise<StaffId | undefined> {
  const rows = await db
    .selectFrom('staff')
    .select('id')
    .where('active', '=', true)
    .where((is) => is.or([is('login', '=', text), is(sql<string>`lower(email)`, '=', text)]))
    .limit(2)
    .execute()
  return rows.length === 1 ? (rows[0]?.id as StaffId) : undefined
}

export const storePassword = (tx: Tx, staffId: StaffId, passwordHash: string) =>
  tx.db.updateTable('staff').set({ password_hash: passwordHash, invited: false }).where('id', '=', staffId).execute()
