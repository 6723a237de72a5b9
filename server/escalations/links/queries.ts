import type { EscalationId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

export async function storeLink(
  tx: Tx,
  link: { id: EscalationId; staffId: StaffId; tokenHash: Buffer; expiresAt: Date },
): Promise<void> {
  await tx.db
    .insertInto('escalation_links')
    .values({
      token_hash: link.tokenHash,
      escalation_id: link.id,
      staff_id: link.staffId,
      made_at: tx.now,
      expires_at: link.expiresAt,
    })
    .execute()
}

export type LinkHolder = { id: EscalationId; staffId: StaffId; name: string; nameEn: string; expiresAt: Date }

/** The one request that a link opens, as whom, and until when; undefined where it is made up or its person has left. */
export async function findByLink(db: Reader, tokenHash: Buffer): Promise<LinkHolder | undefined> {
  const row = await db
    .selectFrom('escalation_links as l')
    .innerJoin('staff as s', 's.id', 'l.staff_id')
    .select(['l.escalation_id', 'l.staff_id', 'l.expires_at', 's.name', 's.name_en'])
    .where('l.token_hash', '=', tokenHash)
    .where('s.active', '=', true)
    .executeTakeFirst()
  return (
    row && {
      id: row.escalation_id as EscalationId,
      staffId: row.staff_id as StaffId,
      name: row.name,
      nameEn: row.name_en,
      expiresAt: row.expires_at,
    }
  )
}
