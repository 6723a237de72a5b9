import { DAY, plus } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { type DepartmentRecord, handlersOf, listDepartments, recordsOfDepartments } from '../queries.ts'

/** How far back a department's record is counted. */
const WEEKS = 4

/** Who answers at night, department by department, and how it has gone: acceptance, bounces, what is open now. */
export async function listDirectory(db: Reader, now: Date) {
  const records = new Map<string, DepartmentRecord>(
    (await recordsOfDepartments(db, plus(now, -WEEKS * 7 * DAY), now)).map((one) => [one.departmentId, one]),
  )
  const departments = await listDepartments(db)
  const { departmentAcceptMinutes } = await currentSettings(db)
  return Promise.all(
    departments.map(async (department) => ({
      ...department,
      acceptMinutes: department.acceptMinutes ?? departmentAcceptMinutes,
      handlers: (await handlersOf(db, department.id)).filter(({ id }) => id !== department.contact?.id),
      record: records.get(department.id),
    })),
  )
}
