import type { Context } from 'hono'
import { appealBan } from '../../customers/abuse/appeals/actions.ts'
import { type ConductNotice, noticeOf } from '../../customers/abuse/measures/queries.ts'
import type { CustomerId, VisitorId } from '../../kernel/ids.ts'
import { refusal } from '../../kernel/refusal.ts'
import { type Actor, visitorActor } from '../../platform/actor.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { getTicket } from '../../tickets/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import type { Bearer } from '../access.ts'
import { visitorsOf } from '../browser.ts'

type Who = { customerId: CustomerId | null; visitorId: VisitorId | null }

/** A visitor who has never asked is no customer yet. */
async function whoIs(db: Reader, bearer: Bearer): Promise<Who> {
  if (bearer.kind === 'link') {
    const { customer_id: customerId, visitor_id: visitorId } = await getTicket(db, bearer.ticketId)
    return { customerId, visitorId }
  }
  const { actor, visitorId } = bearer
  return { customerId: actor.kind === 'visitor' ? actor.customerId : null, visitorId }
}

export const noticeFor = async (db: Reader, bearer: Bearer, now: Date): Promise<ConductNotice | null> =>
  noticeOf(db, await whoIs(db, bearer), now)

/** @throws Refusal abuse.not_banned | abuse.appealed_already */
export async function appealAs({ db, transact }: Pick<Deps, 'db' | 'transact'>, bearer: Bearer, text: string) {
  const { customerId } = await whoIs(db, bearer)
  if (!customerId) throw refusal('abuse.not_banned')
  await transact(bearer.actor, (tx) => appealBan(tx, customerId, text))
}

/** Who this browser is without a script: of all it has been the one with the hardest notice. */
export async function standingHere(
  c: Context<Env>,
  deps: Deps,
): Promise<{ notice: ConductNotice; customerId: CustomerId | null; actor: Actor } | undefined> {
  const now = deps.clock.now()
  const visitors = await visitorsOf(c, deps)
  const found = await Promise.all(
    visitors.map(async ({ id, customerId }) => {
      const notice = await noticeOf(deps.db, { customerId, visitorId: id }, now)
      return notice ? { notice, customerId, actor: visitorActor(id, customerId) } : undefined
    }),
  )
  return found.filter((one) => one !== undefined).toSorted((a, b) => weight(b.notice) - weight(a.notice))[0]
}
// What is somebody's own goes before what is their network's.
const weight = ({ state, network }: ConductNotice): number =>
  ['warned', 'limited', 'banned'].indexOf(state) * 2 + (network ? 0 : 1)

/** The telephone that always stands there: of emergencies, else of the day desk. */
export async function emergencyPhone(db: Reader): Promise<string> {
  const { emergencyPhone: own, dayDeskPhone } = await currentSettings(db)
  return own || dayDeskPhone
}
