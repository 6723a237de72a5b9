import { type Kysely, sql } from 'kysely'

/** An award stands as long as the measure that it was granted by: once that falls it leaves the wall, and says why. */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table commendations
    add column measure_id bigint references appraisal_measures,
    add column revoked_by bigint references staff,
    add column revoked_at timestamptz,
    add column revocation text not null default '',
    drop constraint commendations_state`,
  `alter table commendations add constraint commendations_state check (state in
    ('nominated', 'reviewed', 'granted', 'declined', 'withdrawn', 'executed', 'revoked')) not valid`,
  `alter table commendations validate constraint commendations_state`,
  // Until now an award named its month only; whoever decided the measure granted it in the same moment.
  `update commendations c set measure_id = e.id from (
      select distinct on (d.id) d.id as commendation_id, m.id from commendations d
      join appraisal_measures m on m.kind = 'award' and m.staff_id = d.staff_id and d.links[1] = '/appraisal/' || m.appraisal_id
        and m.decided_by = d.decided_by and m.decided_at <= d.decided_at
      where d.source = 'appraisal' order by d.id, m.decided_at desc, m.id desc) e
    where e.commendation_id = c.id`,
  `update commendations c set state = 'revoked', revoked_at = m.withdrawn_at, revoked_by = m.withdrawn_by, revocation = m.withdrawal
    from appraisal_measures m where m.id = c.measure_id and m.withdrawn_at is not null and c.state in ('granted', 'executed')`,
  `create index commendations_of_measure on commendations (measure_id) where measure_id is not null`,
]
