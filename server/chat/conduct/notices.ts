import type { Context } from 'hono'
import { appealBan } from '../../customers/abuse/appeals/actions.ts'
import { type ConductNotice, noticeOf } from '../../customers/abuse/measures/queries.ts'
import type { CustomerId } from '../../kernel/ids.ts'
import { refusal } from '../../kernel/refusal.ts'
import { type Actor, visitorActor } from '../../platform/actor.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { getTicket } from '../../tickets/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import type { Bearer } from '../access.ts'
import { visitorsOf } from '../browser.ts'

/** Null for a visitor who has never asked. */
export async function customerOfBearer(db: Reader, bearer: Bearer): Promise<CustomerId | null> {
  if (bearer.kind === 'link') return (await getTicket(db, bearer.ticketId)).customer_id
  return bearer.actor.kind === 'visitor' ? bearer.actor.customerId : null
}

export async function noticeFor(db: Reader, bearer: Bearer, now: Date): Promise<ConductNotice | null> {
  const customerId = await customerOfBearer(db, bearer)
  return customerId && noticeOf(db, customerId, now)
}

/** @throws Refusal abuse.not_banned | abuse.appealed_already */
export async function appealAs({ db, transact }: Pick<Deps, 'db' | 'transact'>, bearer: Bearer, text: string) {
  const customerId = await customerOfBearer(db, bearer)
  if (!customerId) throw refusal('abuse.not_banned')
  await transact(bearer.actor, (tx) => appealBan(tx, customerId, text))
}

/** Who this browser is without a script: of all it has been the one with the hardest notice. */
export async function standingHere(
  c: Context<Env>,
  deps: Deps,
): Promise<{ notice: ConductNotice; customerId: CustomerId; actor: Actor } | undefined> {
  const now = deps.clock.now()
  const visitors = await visitorsOf(c, deps)
  const found = await Promise.all(
    visitors.map(async ({ id, customerId }) => {
      const notice = customerId && (await noticeOf(deps.db, customerId, now))
      return customerId && notice ? { notice, customerId, actor: visitorActor(id, customerId) } : undefined
    }),
  )
  return found.filter((one) => one !== undefined).toSorted((a, b) => weight(b.notice) - weight(a.notice))[0]
}
const weight = ({ state }: ConductNotice): number => ['warned', 'limited', 'banned'].indexOf(state)

/** The telephone that always stands there: of emergencies, else of the day desk. */
export async function emergencyPhone(db: Reader): Promise<string> {
  const { emergencyPhone: own, dayDeskPhone } = await currentSettings(db)
  return own || dayDeskPhone
}
