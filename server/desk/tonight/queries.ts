import { sql } from 'kysely'
import type { AssignmentEnd } from '../../events/tickets.ts'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { DAY, plus } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import { isExcluded } from '../../tickets/conduct/queries.ts'
import type { TicketState } from '../../tickets/rules.ts'

/** A ticket that somebody has had in a night, as it stands now. */
export type Had = {
  ticketId: TicketId
  number: string
  subject: string
  customerName: string
  category: Bilingual | null
  state: TicketState
  waitingOn: 'us' | 'customer'
  lastMessageAt: Date
  /** How my part ended; null while it is mine. */
  why: AssignmentEnd | null
  takenAt: Date
  endedAt: Date | null
  /** Who has it now, where that is somebody else. */
  with: { name: string; nameEn: string } | null
  /** Of the present round; scores once they are given. */
  rating: { service: number | null; product: number | null } | null
  /** Left out of the appraisal, with its rating. */
  excluded: boolean
}

/** Longest ago that a part may have begun which still went on tonight. */
const LONGEST_PART = DAY

/** Those in hand first, then those that left it, the last one first. */
export async function listHad(db: Reader, staffId: StaffId, since: Date): Promise<Had[]> {
  const { rows } = await sql<Omit<Had, 'with'> & { holder: string | null; holder_en: string | null }>`
    select t.id as "ticketId", t.number, t.subject, c.name as "customerName", k.name as category, t.state,
      t.waiting_on as "waitingOn", t.last_message_at as "lastMessageAt", mine.end_reason as why, mine.opened_at as "takenAt",
      mine.ended_at as "endedAt", ${isExcluded(sql.ref('t.id'))} as excluded, h.name as holder, h.name_en as holder_en,
      (select json_build_object('service', r.service, 'product', r.product) from ratings r
        where r.ticket_id = t.id and r.round = t.round and r.state <> 'withdrawn') as rating
    from (
      select distinct on (a.ticket_id) a.* from assignments a
      where a.staff_id = ${staffId} and a.opened_at > ${plus(since, -LONGEST_PART)} and (a.ended_at is null or a.ended_at >= ${since})
      order by a.ticket_id, a.epoch desc) mine
    join tickets t on t.id = mine.ticket_id join customers c on c.id = t.customer_id left join categories k on k.id = t.category_id
    left join assignments o on o.ticket_id = t.id and o.ended_at is null and o.staff_id <> ${staffId}
    left join staff h on h.id = o.staff_id
    order by mine.ended_at desc nulls first, mine.opened_at desc`.execute(db)
  return rows.map(({ holder, holder_en, ...row }) => ({
    ...row,
    with: holder ? { name: holder, nameEn: holder_en ?? '' } : null,
  }))
}
