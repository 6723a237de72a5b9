import type { DeviceId, StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Device = {
  readonly id: DeviceId
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
  readonly browser: string | null
  readonly language: Language
  readonly madeAt: Date
}

export async function listDevices(db: Reader, staffId: StaffId): Promise<Device[]> {
  const rows = await db
    .selectFrom('push_devices')
    .select(['id', 'endpoint', 'p256dh', 'auth', 'browser', 'language', 'made_at'])
    .where('staff_id', '=', staffId)
    .where('gone_at', 'is', null)
    .orderBy('id')
    .limit(20)
    .execute()
  return rows.map(({ made_at, ...row }) => ({ ...row, id: row.id as DeviceId, madeAt: made_at }))
}

type NewDevice = Omit<Device, 'id' | 'madeAt'> & { readonly staffId: StaffId }

/** The same browser again, also under another person, is one device. */
export async function insertDevice(tx: Tx, device: NewDevice): Promise<DeviceId> {
  await tx.db
    .updateTable('push_devices')
    .set({ gone_at: tx.now, gone_why: 'person' })
    .where('endpoint', '=', device.endpoint)
    .where('gone_at', 'is', null)
    .execute()
  const { id } = await tx.db
    .insertInto('push_devices')
    .values({
      staff_id: device.staffId,
      endpoint: device.endpoint,
      p256dh: device.p256dh,
      auth: device.auth,
      browser: device.browser,
      language: device.language,
      made_at: tx.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as DeviceId
}

export async function endDevicesOf(tx: Tx, staffId: StaffId): Promise<DeviceId[]> {
  const rows = await tx.db
    .updateTable('push_devices')
    .set({ gone_at: tx.now, gone_why: 'gone' })
    .where('staff_id', '=', staffId)
    .where('gone_at', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id as DeviceId)
}

/** Whose it was; undefined where it is gone, or not this person's where one is named. */
export async function endDevice(
  tx: Tx,
  id: DeviceId,
  why: 'person' | 'gone',
  of: StaffId | null,
): Promise<StaffId | undefined> {
  const row = await tx.db
    .updateTable('push_devices')
    .set({ gone_at: tx.now, gone_why: why })
    .where('id', '=', id)
    .where('gone_at', 'is', null)
    .$if(of !== null, (q) => q.where('staff_id', '=', of as StaffId))
    .returning('staff_id')
    .executeTakeFirst()
  return row?.staff_id as StaffId | undefined
}
