import { sql } from 'kysely'
import type {
  DeliveryState,
  NoticeChannel,
  NoticeImportance,
  NoticeKind,
  NoticePart,
} from '../../events/notifications.ts'
import type { NoticeId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

export type Receipt = {
  readonly name: string
  readonly nameEn: string
  readonly part: NoticePart
  readonly toldAt: Date
  readonly seenAt: Date | null
  readonly readAt: Date | null
  readonly round: number
  readonly channels: readonly { channel: NoticeChannel; state: DeliveryState }[]
}

/** Everybody who was told, in that order, by which channels and with what. */
export async function listReceipts(db: Reader, id: NoticeId): Promise<Receipt[]> {
  const { rows } = await sql<Receipt>`
    select s.name, s.name_en as "nameEn", p.part, p.told_at as "toldAt", p.seen_at as "seenAt", p.read_at as "readAt", p.round,
      (select coalesce(json_agg(json_build_object('channel', d.channel, 'state', d.state) order by d.id), '[]')
        from (select distinct on (channel) channel, state, id from deliveries where notice_id = p.notice_id and staff_id = p.staff_id order by channel, id desc) d) as channels
    from notice_people p join staff s on s.id = p.staff_id
    where p.notice_id = ${id} order by p.id`.execute(db)
  return rows
}

export type NoticeLine = {
  readonly id: NoticeId
  readonly kind: NoticeKind
  readonly importance: NoticeImportance
  readonly ref: string
  readonly path: string
  readonly count: number
  readonly madeAt: Date
  readonly lastAt: Date
  readonly settledAt: Date | null
  readonly told: number
  readonly read: number
}

const LINE = sql`
  select n.id, n.kind, n.importance, n.ref, n.path, n.count, n.made_at as "madeAt", n.last_at as "lastAt", n.settled_at as "settledAt",
    count(p.id)::int as told,
    count(p.id) filter (where p.read_at is not null or (n.importance <> 'duty' and p.seen_at is not null))::int as read
  from notices n left join notice_people p on p.notice_id = n.id`

export async function findNotice(db: Reader, id: NoticeId): Promise<NoticeLine | undefined> {
  const { rows } = await sql<NoticeLine>`${LINE} where n.id = ${id} group by n.id`.execute(db)
  return rows[0]
}

/** Notices that want a receipt, the newest first; those that somebody has not read where only they are asked for. */
export async function listWithReceipts(db: Reader, unreadOnly: boolean, limit: number): Promise<NoticeLine[]> {
  const { rows } = await sql<NoticeLine>`
    select * from (${LINE} where n.importance <> 'info' group by n.id) lines
    where told > 0 and (not ${unreadOnly} or read < told) order by id desc limit ${limit}`.execute(db)
  return rows
}
