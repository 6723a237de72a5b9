import { type Kysely, sql } from 'kysely'

/**
 * On most nights no measure is in force at all: then a question costs one look at an index, and not the plan of a search
 * through contacts and ranges, which took PostgreSQL longer than everything else that is written with it.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql.raw(ABUSE_MEASURE_HERE).execute(db)
}

/** As before (0067), asked only where something is in force on anybody. */
const ABUSE_MEASURE_HERE = `
  create or replace function abuse_measure_here(
    p_customer bigint, p_visitor bigint, p_begun timestamptz, p_kind text, p_value text, p_at timestamptz)
  returns table (case_id bigint, state text, until timestamptz, pace_seconds integer, by_range boolean)
  language plpgsql stable as $$
  #variable_conflict use_column
  begin
    if not exists (select from abuse_cases c where c.until > p_at and c.state in ('limited', 'banned')) then return; end if;
    return query select * from (
      select m.case_id, m.state, m.until, m.pace_seconds, false as by_range
      from abuse_measure(p_customer, p_kind, p_value, p_at) m
      union all
      select c.id, case when v.urgent_at <= p_begun then 'limited' else c.state end, c.until, coalesce(c.pace_seconds, 60), true
      from visitors v join abuse_cases c on c.range_hash = v.range_hash
      where v.id = p_visitor and c.state in ('limited', 'banned') and c.until > p_at
        and c.customer_id is distinct from v.customer_id
        and not exists (select from tickets t where t.visitor_id = v.id and t.created_at <= c.opened_at)
        and not exists (select from tickets t where t.customer_id = v.customer_id and t.created_at <= c.opened_at)
    ) m order by m.state = 'banned' desc, m.by_range, m.until desc limit 1;
  end $$`
