import type { DeviceId, StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { endDevice, endDevicesOf, insertDevice, listDevices } from './queries.ts'

export type Subscription = { readonly endpoint: string; readonly p256dh: string; readonly auth: string }

const MOST_DEVICES = 10

/** This browser may be pushed to from now on. Twice is once. */
export async function addDevice(
  tx: Tx,
  subscription: Subscription,
  { browser, language }: { browser: string | null; language: Language },
): Promise<DeviceId> {
  const staffId = staffOf(tx)
  const known = await listDevices(tx.db, staffId)
  const same = known.find(({ endpoint, auth }) => endpoint === subscription.endpoint && auth === subscription.auth)
  if (same) return same.id
  refuse(known.length >= MOST_DEVICES ? refusal('notifications.devices_full', { count: MOST_DEVICES }) : null)
  const deviceId = await insertDevice(tx, { ...subscription, staffId, browser, language })
  await announce(tx, 'device.added', { deviceId, staffId }, { about: [] })
  return deviceId
}

/** One of one's own; anybody else's is not there. @throws NotFound */
export async function removeDevice(tx: Tx, id: DeviceId): Promise<void> {
  const staffId = await endDevice(tx, id, 'person', staffOf(tx))
  if (!staffId) throw new NotFound()
  await announce(tx, 'device.removed', { deviceId: id, staffId, why: 'person' }, { about: [] })
}

/** Its push service says that the browser is no more. */
export async function forgetDevice(tx: Tx, id: DeviceId): Promise<void> {
  const staffId = await endDevice(tx, id, 'gone', null)
  if (staffId) await announce(tx, 'device.removed', { deviceId: id, staffId, why: 'gone' }, { about: [] })
}

/** Whoever has left is pushed nothing more. */
export async function forgetDevicesOf(tx: Tx, staffId: StaffId): Promise<void> {
  for (const deviceId of await endDevicesOf(tx, staffId))
    await announce(tx, 'device.removed', { deviceId, staffId, why: 'gone' }, { about: [] })
}
