import { sql } from 'kysely'
import type { TicketId } from '../../../kernel/ids.ts'
import type { Bilingual } from '../../../kernel/language.ts'
import type { Window } from '../../../kernel/time.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { Morning } from '../rules.ts'

export const wasRun = async (db: Reader, day: string): Promise<boolean> =>
  (await db.selectFrom('morning_runs').select('day').where('day', '=', day).executeTakeFirst()) !== undefined

/** True for the one process that may tell this morning. */
export async function beginRun(tx: Tx, day: string): Promise<boolean> {
  const row = await tx.db
    .insertInto('morning_runs')
    .values({ day, at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('day')
    .executeTakeFirst()
  return row !== undefined
}

/** One letter for each open request on which something was done in that night. */
export async function insertMornings(tx: Tx, { night, window: { from, to } }: Morning): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into customer_letters (ticket_id, kind, state, due_at, made_at, night)
    select t.id, 'morning', 'due', ${tx.now}::timestamptz, ${tx.now}::timestamptz, ${night}::date
    from tickets t join customers c on c.id = t.customer_id
    where t.state in ('new', 'queued', 'open') and t.erased_at is null and c.erased_at is null
      and (exists (select from messages m where m.ticket_id = t.id and m.staff_id is not null and m.at >= ${from} and m.at < ${to})
        or exists (select from assignments a where a.ticket_id = t.id and a.opened_at >= ${from} and a.opened_at < ${to})
        or exists (select from escalations e where e.ticket_id = t.id
          and ((e.sent_at >= ${from} and e.sent_at < ${to}) or (e.answered_at >= ${from} and e.answered_at < ${to})))
        or exists (select from promises p where p.ticket_id = t.id and p.made_at >= ${from} and p.made_at < ${to}))
    order by t.id on conflict do nothing`.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

type Person = { readonly name: string; readonly nameEn: string }
export type Night = {
  readonly taken: { readonly at: Date; readonly by: Person } | null
  /** Words to the customer: how many, and the last of them. */
  readonly answers: { readonly count: number; readonly at: Date; readonly by: Person } | null
  readonly asked: readonly {
    readonly at: Date
    readonly department: Bilingual | null
    readonly answeredAt: Date | null
  }[]
  readonly heldBy: Person | null
  readonly waitsFor: Bilingual | null
  readonly nextAt: Date | null
}

type Row = {
  taken: { at: string; name: string; nameEn: string } | null
  answers: { count: number; at: string; name: string; nameEn: string } | null
  asked: { at: string; department: Bilingual | null; answeredAt: string | null }[]
  heldBy: Person | null
  waitsFor: Bilingual | null
  nextAt: Date | null
}

/** What was done about a request between two instants, who has it now, and what was promised next. */
export async function nightOfTicket(db: Reader, id: TicketId, { from, to }: Window, now: Date): Promise<Night> {
  const { rows } = await sql<Row>`
    select
      (select json_build_object('at', a.opened_at, 'name', s.name, 'nameEn', s.name_en) from assignments a
        join staff s on s.id = a.staff_id where a.ticket_id = t.id and a.opened_at >= ${from} and a.opened_at < ${to}
        order by a.id limit 1) as taken,
      (select json_build_object('at', m.at, 'name', s.name, 'nameEn', s.name_en, 'count', count(*) over ()) from messages m
        join staff s on s.id = m.staff_id where m.ticket_id = t.id and m.at >= ${from} and m.at < ${to}
        order by m.seq desc limit 1) as answers,
      (select coalesce(json_agg(json_build_object('at', e.sent_at, 'department', d.name,
          'answeredAt', case when e.answered_at < ${to} then e.answered_at end) order by e.id), '[]') from escalations e
        left join departments d on d.id = e.department_id where e.ticket_id = t.id and e.state <> 'withdrawn'
        and ((e.sent_at >= ${from} and e.sent_at < ${to}) or (e.answered_at >= ${from} and e.answered_at < ${to}))) as asked,
      (select json_build_object('name', s.name, 'nameEn', s.name_en) from assignments a join staff s on s.id = a.staff_id
        where a.ticket_id = t.id and a.ended_at is null) as "heldBy",
      (select d.name from escalations e join departments d on d.id = e.department_id
        where e.ticket_id = t.id and e.state in ('sent', 'accepted', 'asked_back') order by e.id desc limit 1) as "waitsFor",
      (select min(x.at) from (select p.due_at as at from promises p where p.ticket_id = t.id and p.state = 'open'
        union all select t.promised_at) x where x.at > ${now}::timestamptz) as "nextAt"
    from tickets t where t.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new Error('no such ticket')
  const person = ({ name, nameEn }: Person): Person => ({ name, nameEn })
  return {
    ...row,
    taken: row.taken && { at: new Date(row.taken.at), by: person(row.taken) },
    answers: row.answers && { count: row.answers.count, at: new Date(row.answers.at), by: person(row.answers) },
    asked: row.asked.map((one) => ({
      department: one.department,
      at: new Date(one.at),
      answeredAt: one.answeredAt ? new Date(one.answeredAt) : null,
    })),
  }
}
