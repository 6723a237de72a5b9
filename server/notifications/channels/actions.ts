import { randomUUID } from 'node:crypto'
import type { HookChannel } from '../../events/notifications.ts'
import type { DepartmentId, HookId } from '../../kernel/ids.ts'
import { NotFound, Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { insertDeliveries } from '../deliveries/queries.ts'
import { insertNotices } from '../notices/queries.ts'
import { findAddressee } from '../people/queries.ts'
import { findHook, removeHook, replaceHook } from './queries.ts'
import { isRobot, readAddress, whyNotSecret } from './rules.ts'

export type Typed = {
  readonly channel: HookChannel
  readonly departmentId: DepartmentId | null
  readonly address: string
  readonly secret: string
}

/** A robot of a department or of those on duty, or the gateway for SMS or voice; the one before gives way to it. */
export async function saveHook(tx: Tx, typed: Typed, inside: boolean): Promise<void> {
  need(tx, 'settings.edit')
  const address = readAddress(typed.address, inside)
  if (address instanceof Refusal) throw address
  // The key of WeCom is in its address.
  const secret = typed.channel === 'wecom' ? '' : typed.secret.trim()
  refuse(whyNotSecret(typed.channel, secret))
  const { channel } = typed
  const departmentId = isRobot(channel) ? typed.departmentId : null
  const by = staffOf(tx)
  const hookId = await replaceHook(tx, { channel, departmentId, address, secret: secret || null, by })
  await announce(tx, 'hook.saved', { hookId, channel, departmentId, by }, { about: [] })
}

/** Nothing goes there any more; its address and secret are forgotten. */
export async function forgetHook(tx: Tx, id: HookId): Promise<void> {
  need(tx, 'settings.edit')
  if (await removeHook(tx, id)) await announce(tx, 'hook.removed', { hookId: id, by: staffOf(tx) }, { about: [] })
}

/** A word through it, as everything else goes: what became of it stands on the page a moment later. @throws NotFound */
export async function testHook(tx: Tx, id: HookId): Promise<void> {
  need(tx, 'settings.edit')
  const by = staffOf(tx)
  const hook = await findHook(tx.db, id)
  if (!hook) throw new NotFound()
  const robot = isRobot(hook.channel)
  if (!robot && !(await findAddressee(tx.db, by))?.phone) throw refusal('notifications.no_phone_of_yours')
  const pageId = randomUUID()
  const foldKey = `test:${pageId}`
  const made = { kind: 'test', importance: 'info', ref: `hook:${id}`, path: '/settings/channels' } as const
  for (const noticeId of (await insertNotices(tx, [{ ...made, foldKey, foldUntil: tx.now }])).values())
    await insertDeliveries(tx, [{ noticeId, staffId: robot ? null : by, hookId: id, channel: hook.channel, pageId }])
  await announce(tx, 'hook.tested', { hookId: id, by }, { about: [] })
}
