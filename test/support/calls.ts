import type { LineAdapter } from '../../server/events/calls.ts'
import type { LineId, StaffId } from '../../server/kernel/ids.ts'
import { hashOf, newToken } from '../../server/platform/tokens.ts'
import type { QuietHouse } from './server.ts'

type Traits = {
  adapter?: LineAdapter
  secret?: string | null
  addresses?: string[]
  hosts?: string[]
  ringSeconds?: number
}

/** A line of the telephone with the token of its address. */
export async function aLine(
  house: QuietHouse,
  { adapter = 'cti', secret = null, addresses = [], hosts = [], ringSeconds = 30 }: Traits = {},
) {
  const token = newToken()
  const { db, clock } = house.deps
  const row = await db
    .insertInto('phone_lines')
    .values({
      name: `夜班热线 ${token.slice(0, 4)}`,
      number: '4006789000',
      adapter,
      token_hash: hashOf(token),
      secret,
      addresses,
      recording_hosts: hosts,
      voicemail: true,
      ring_seconds: ringSeconds,
      made_at: clock.now(),
      made_by: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const path = `/api/v1/cti/${token}`
  const post = (body: string, headers: Record<string, string>) =>
    house.app.request(path, { method: 'POST', body, headers })
  return {
    id: row.id as LineId,
    token,
    path,
    post,
    /** One event as JSON. */
    says: (event: Record<string, unknown>) => post(JSON.stringify(event), { 'content-type': 'application/json' }),
    /** The same as a form. */
    fills: (fields: Record<string, string>) =>
      post(new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded' }),
  }
}
export type TestLine = Awaited<ReturnType<typeof aLine>>

/** The phone of somebody. */
export const giveExtension = (house: QuietHouse, extension: string, staffId: StaffId) =>
  house.deps.db
    .insertInto('phone_extensions')
    .values({ extension, staff_id: staffId, set_at: house.deps.clock.now() })
    .execute()
