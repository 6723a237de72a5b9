import { lastOf, phoneOf } from '../../customers/verification/queries.ts'
import { isAwaited } from '../../customers/verification/rules.ts'
import type { CustomerId } from '../../kernel/ids.ts'
import { maskContact } from '../../kernel/masks.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'

/** Whether short messages can go to customers at all: who sends them knows, and is handed in (reactions.ts). */
export type CanText = (db: Reader) => Promise<boolean>

/** How far a customer is with proving their number; null where they gave none, or nobody can text it. */
export type Proof = { readonly number: string; readonly state: 'proved' | 'awaited' | 'unproved' } | null

export async function proofOf(
  db: Reader,
  customerId: CustomerId,
  { now, canText }: { now: Date; canText: boolean },
): Promise<Proof> {
  const phone = canText ? await phoneOf(db, customerId) : undefined
  if (!phone) return null
  const { codeMinutes } = await currentSettings(db)
  const last = await lastOf(db, phone.id)
  const awaited = last !== undefined && last.state !== 'used' && isAwaited(last, now, codeMinutes)
  return { number: maskContact(phone.value), state: phone.verified ? 'proved' : awaited ? 'awaited' : 'unproved' }
}
