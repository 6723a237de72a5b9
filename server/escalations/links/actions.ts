import type { EscalationId, StaffId } from '../../kernel/ids.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { storeLink } from './queries.ts'

/** A link for people who rarely sign in: opens exactly this request as exactly this person. Returned once, stored as its hash. */
export async function makeEscalationLink(tx: Tx, id: EscalationId, staffId: StaffId): Promise<string> {
  const { escalationLinkHours } = await currentSettings(tx.db)
  const token = newToken()
  await storeLink(tx, { id, staffId, tokenHash: hashOf(token), expiresAt: plus(tx.now, escalationLinkHours * HOUR) })
  return token
}
