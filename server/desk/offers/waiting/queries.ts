import { type RawBuilder, sql } from 'kysely'
import type { AlarmKind } from '../../../events/desk.ts'
import type { StaffId, TicketId } from '../../../kernel/ids.ts'
import { HOUR, plus } from '../../../kernel/time.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { queueOrder } from '../../../tickets/queue/queries.ts'
import type { Waiting } from '../../rules.ts'

export type WaitingTicket = Waiting & {
  readonly id: TicketId
  readonly round: number
  /** How many have said no, or nothing, since it waits. */
  readonly hops: number
  /** Alarms that ring about it, or that somebody has answered lately. */
  readonly rung: readonly AlarmKind[]
}

/** Who is able now, and what is asked about a ticket before the duty manager hears of it. */
export type Asking = {
  /** From when on somebody counts as asked lately. */
  readonly since: Date
  readonly able: readonly StaffId[]
  /** Of those able: with no offer before them. */
  readonly free: readonly StaffId[]
  readonly hopsUntilAlarm: number
}

/**
 * Queued tickets without an open offer, in the order of the queue and behind `after`, locked; those that others hold are
 * skipped. Only where there is something to do: somebody free was not asked lately, or the duty manager does not know
 * yet. All the others are many in a bad night, and stay as they are.
 */
export const lockWaiting = (tx: Tx, asking: Asking, limit: number, after?: TicketId): Promise<WaitingTicket[]> =>
  waiting(tx.db, asking, {
    which: after
      ? sql`and (${queueOrder(sql.ref('t'))}) > (select ${queueOrder(sql.ref('l'))} from tickets l where l.id = ${after})`
      : sql``,
    limit: sql`limit ${limit} for no key update of t skip locked`,
  })

/**
 * The same, only read, for when nobody has a hand free: then it is looked for what rings, among those that somebody was
 * asked about lately; where nobody is able at all, among the first of the queue. A queue of thousands is not gone through.
 */
export const listWaiting = (db: Reader, asking: Asking, limit: number): Promise<WaitingTicket[]> =>
  waiting(db, asking, {
    which:
      asking.able.length > 0
        ? // As a list: else the whole queue is gone through in its order, and each asked whether it is among these.
          sql`and t.id = any(array(select distinct l.ticket_id from offers l where l.made_at >= ${plus(asking.since, -HOUR)}))`
        : sql`and t.id in (select f.id from tickets f where f.state = 'queued' order by ${queueOrder(sql.ref('f'))} limit ${limit})`,
    limit: sql`limit ${limit}`,
  })

async function waiting(
  db: Reader,
  { since, able, free, hopsUntilAlarm }: Asking,
  { which, limit }: { which: RawBuilder<unknown>; limit: RawBuilder<unknown> },
): Promise<WaitingTicket[]> {
  const nobodyLeft = able.length > 0 ? sql`${able}::bigint[] <@ asked.lately` : sql`false`
  const { rows } = await sql<Omit<WaitingTicket, 'hops' | 'askedLately'> & { hops: string; lately: StaffId[] }>`
    select t.id, t.language, t.round, (select k.skill from categories k where k.id = t.category_id) as skill,
      asked.hops, asked.lately::text[] as lately, alarm.rung
    from tickets t
    cross join lateral (
      select count(*) filter (where o.state in ('passed', 'expired') and o.made_at >= coalesce(t.queued_at, t.created_at)) as hops,
        coalesce(array_agg(o.staff_id) filter (where o.made_at > ${since}), '{}') as lately
      from offers o where o.ticket_id = t.id) asked
    cross join lateral (select array(select a.kind from alarms a where a.ticket_id = t.id
        and (a.settled_at is null or (a.settled_by is not null and a.settled_at > ${since}))) as rung) alarm
    where t.state = 'queued' and not exists (select from offers o where o.ticket_id = t.id and o.state = 'made')
      and (not ${free}::bigint[] <@ asked.lately
        or ${able.length === 0} and not 'nobody_eligible' = any(alarm.rung)
        or (asked.hops >= ${hopsUntilAlarm} or ${nobodyLeft}) and not 'offers_refused' = any(alarm.rung)) ${which}
    order by ${queueOrder(sql.ref('t'))} ${limit}`.execute(db)
  return rows.map(({ hops, lately, ...row }) => ({ ...row, hops: Number(hops), askedLately: lately }))
}

/** Whether anything waits without an offer: a cheap question before a pass. */
export async function isAnyoneWaiting(db: Reader): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select from tickets t where t.state = 'queued' and not exists (
      select from offers o where o.ticket_id = t.id and o.state = 'made')) as any`.execute(db)
  return rows[0]?.any ?? false
}
