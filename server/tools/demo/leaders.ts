import { sql } from 'kysely'
import type { Tx } from '../../schema.ts'

/** Whoever has the role of a head heads their department; the leadership group has its 组长, and the heads in it. */
export async function appointDemoLeaders(tx: Tx): Promise<void> {
  await sql`
    update departments d set head_id = p.id, night_contact_id = p.id from staff p
    where p.department_id = d.id and 'head' = any(p.standing_roles)`.execute(tx.db)
  await sql`
    insert into leadership_members (staff_id, chief, first_day, during, appointed_at)
    select id, number = ${CHIEF}, ${FIRST_DAY}::date, tstzrange(${FIRST_DAY}::date, null), ${tx.now} from staff
    where standing_roles && '{head,leadership}'`.execute(tx.db)
}

const CHIEF = 'ld0001'
const FIRST_DAY = '2026-01-01'
