import { sql } from 'kysely'
import type { CustomerId } from '../../../kernel/ids.ts'
import type { Refusal } from '../../../kernel/refusal.ts'
import { plus } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { RANGE_LASTS, whyNetworkBanned } from './rules.ts'

/** The range that a customer last asked from, hashed, and how many other customers asked from it in the last 30 days. */
export type KnownRange = { readonly hash: Buffer; readonly others: number }

/** Null where the customer has asked from nowhere we know in the last 30 days. */
export async function rangeOfCustomer(db: Reader, customerId: CustomerId, now: Date): Promise<KnownRange | null> {
  const since = plus(now, -RANGE_LASTS)
  const { rows } = await sql<{ hash: Buffer; others: number }>`
    select mine.range_hash as hash, (
      select count(distinct v.customer_id) from visitors v
      where v.range_hash = mine.range_hash and v.range_at > ${since} and v.customer_id <> ${customerId})::integer as others
    from visitors mine where mine.customer_id = ${customerId} and mine.range_at > ${since}
    order by mine.range_at desc, mine.id desc limit 1`.execute(db)
  return rows[0] ?? null
}

/** Said to a stranger whose network is shut, with the telephone of emergencies, else of the day desk. */
export async function networkBanned(db: Reader, until: Date, now: Date): Promise<Refusal> {
  const { emergencyPhone, dayDeskPhone } = await currentSettings(db)
  return whyNetworkBanned(until, now, emergencyPhone || dayDeskPhone)
}
