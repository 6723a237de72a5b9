import { sql } from 'kysely'
import { HOUR, MINUTE, plus } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'

/** Whose conversation it was, who limited him, and who proposed the ban that waits for a second person. */
const CUSTOMER = '马先生'
const PROPOSER = 'cs0316'

/**
 * One case of abuse as it stands: flagged, warned, limited, and a ban proposed. Whoever leads the night now, or the leadership
 * group, is the second person. A handful of statements: the first start waits for them.
 */
export async function tellAbuse(tx: Tx): Promise<void> {
  const { db, now } = tx
  const at = (minutes: number): Date => plus(now, -minutes * MINUTE)
  const { rows } = await sql<{ id: string; ticket_id: string; proposer: string }>`
    insert into abuse_cases (customer_id, state, duty, until, pace_seconds, opened_at, proposed_by, proposed_at, proposed_days)
    select t.customer_id, 'limited', 'insults', ${plus(now, 24 * HOUR)}, 60, t.last_message_at, p.id, ${at(25)}, 7
    from tickets t join customers c on c.id = t.customer_id and c.name = ${CUSTOMER} join staff p on p.number = ${PROPOSER}
    where t.state = 'closed' limit 1
    returning id, proposed_by as proposer, (select max(id) from tickets where customer_id = abuse_cases.customer_id) as ticket_id`.execute(
    db,
  )
  const [made] = rows
  if (!made) return
  await sql`
    insert into abuse_flags (case_id, ticket_id, reason, note, seqs, upto, flagged_by, flagged_at)
    select ${made.id}, t.id, 'insults', '一句接一句，问题早就解释过了', null, t.last_seq, t.last_handler_id, t.last_message_at
    from tickets t where t.id = ${made.ticket_id}`.execute(db)
  const steps = [
    ['warn', at(180), plus(now, 30 * 24 * HOUR), '两次辱骂值班同事'],
    ['limit', at(60), plus(now, 24 * HOUR), '提醒之后仍在骂'],
    ['propose', at(25), plus(now, 7 * 24 * HOUR), '限制之后仍不停，点名骂人'],
  ] as const
  for (const [act, when, until, why] of steps)
    await sql`
      insert into abuse_steps (case_id, act, staff_id, why, until, at)
      values (${made.id}, ${act}, ${made.proposer}, ${why}, ${until}, ${when})`.execute(db)
  await sql`
    insert into ticket_exclusions (ticket_id, reason, ref, excluded_by, excluded_at)
    values (${made.ticket_id}, 'abuse', ${made.id}, ${made.proposer}, ${at(180)})`.execute(db)
}
