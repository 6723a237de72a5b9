import { sql } from 'kysely'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** To whom somebody writes: their words are on the way, or they only look. */
export type Writing = 'customer' | 'colleagues' | null
export type Look = { readonly ticketId: TicketId; readonly staffId: StaffId; readonly writing: Writing }

/** What this process sees, in one statement. */
export async function storeLooks(db: Reader, process: string, looks: readonly Look[], at: Date): Promise<void> {
  if (looks.length === 0) return
  await sql`
    insert into looks (ticket_id, staff_id, process, writing, seen_at)
    select ticket_id, staff_id, ${process}, writing, ${at}
    from unnest(${looks.map(({ ticketId }) => ticketId)}::bigint[], ${looks.map(({ staffId }) => staffId)}::bigint[],
      ${looks.map(({ writing }) => writing)}::text[]) as seen (ticket_id, staff_id, writing)
    on conflict (ticket_id, staff_id, process) do update set writing = excluded.writing, seen_at = excluded.seen_at`.execute(
    db,
  )
}

export async function dropLooks(
  db: Reader,
  process: string,
  looks: readonly Pick<Look, 'ticketId' | 'staffId'>[],
): Promise<void> {
  if (looks.length === 0) return
  await sql`
    delete from looks l using unnest(${looks.map(({ ticketId }) => ticketId)}::bigint[],
      ${looks.map(({ staffId }) => staffId)}::bigint[]) as gone (ticket_id, staff_id)
    where l.ticket_id = gone.ticket_id and l.staff_id = gone.staff_id and l.process = ${process}`.execute(db)
}

export const dropAllLooks = (db: Reader, process: string) =>
  db.deleteFrom('looks').where('process', '=', process).execute()

/** A process that died leaves looks behind: they go, and their conversations are named. */
export async function forgetOldLooks(db: Reader, before: Date): Promise<TicketId[]> {
  const rows = await db.deleteFrom('looks').where('seen_at', '<', before).returning('ticket_id').execute()
  return rows.map(({ ticket_id }) => ticket_id as TicketId)
}

/** A colleague at the same conversation; however many windows they have, once. */
export type Beside = {
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly writing: Writing
}

/** Everybody but the one who asks: those who write first, then in the order of their numbers. */
export async function listBeside(db: Reader, ticketId: TicketId, except: StaffId): Promise<Beside[]> {
  const { rows } = await sql<{ staff_id: string; name: string; name_en: string; writing: Writing }>`
    select p.id as staff_id, p.name, p.name_en, max(l.writing) as writing
    from looks l join staff p on p.id = l.staff_id
    where l.ticket_id = ${ticketId} and l.staff_id <> ${except}
    group by p.id order by max(l.writing) desc nulls last, p.number`.execute(db)
  return rows.map(({ staff_id, name_en, ...row }) => ({ ...row, staffId: staff_id as StaffId, nameEn: name_en }))
}
