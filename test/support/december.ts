import type { StaffId } from '../../server/kernel/ids.ts'
import { datesOf } from '../../server/roster/month.ts'
import type { Browser } from './staff.ts'

/** HR's plan of December 2026, as its pages are asked. */
export const PLAN = '/roster/plan/2026-12'

/** Every night of it led by one and backed by the other. */
export async function leadDecember(hr: Browser, { lead, deputy }: { lead: StaffId; deputy: StaffId }): Promise<void> {
  const nights = datesOf('2026-12').map((night) => `${night} ${lead} manager;${night} ${deputy} manager+`)
  // Four nights are as many changes as one post takes.
  for (let n = 0; n < nights.length; n += 4)
    await hr.post(`${PLAN}/cells`, { changes: nights.slice(n, n + 4).join(';') }, { htmx: true })
}
