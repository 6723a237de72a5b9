import type { CannedId } from '../../kernel/ids.ts'
import { Denied, refusal, refuse } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import * as replies from './queries.ts'
import { type Canned, mayChange, whyNotKeep } from './rules.ts'

/** A new one, of one's own or, with the right, of the team. @throws Refusal `knowledge.*`, Denied without the right */
export async function keepNewReply(tx: Tx, reply: Canned): Promise<CannedId> {
  const by = needChange(tx, reply)
  refuse(whyNotKeep(reply))
  if (await replies.isShortcutTaken(tx.db, reply, null)) throw taken()
  const id = await replies.insertCanned(tx, reply, by)
  if (!id) throw taken()
  await announce(tx, 'canned.saved', { cannedId: id, by, team: reply.ownerId === null }, { about: [] })
  return id
}

/** Over the one `seen` that the writer began from. @throws Refusal `knowledge.reply_changed` where somebody saved since */
export async function keepReply(tx: Tx, id: CannedId, reply: Canned, seen: number): Promise<void> {
  const by = needChange(tx, reply)
  const before = await replies.lockCanned(tx, id, by)
  needChange(tx, before)
  if (before.draft !== seen) throw refusal('knowledge.reply_changed')
  refuse(whyNotKeep(reply))
  if (await replies.isShortcutTaken(tx.db, reply, id)) throw taken()
  await replies.setCanned(tx, before, reply, by)
  await announce(tx, 'canned.saved', { cannedId: id, by, team: reply.ownerId === null }, { about: [] })
}

/** Nobody is offered it any more. Twice is once. */
export async function removeReply(tx: Tx, id: CannedId): Promise<void> {
  const before = await replies.lockCanned(tx, id, staffOf(tx))
  const by = needChange(tx, before)
  await replies.setRemoved(tx, id, by)
  await announce(tx, 'canned.removed', { cannedId: id, by, team: before.ownerId === null }, { about: [] })
}

function needChange(tx: Tx, reply: Pick<Canned, 'ownerId'>) {
  const staffId = staffOf(tx)
  const edits = tx.actor.capabilities.has('knowledge.edit')
  if (!mayChange(reply, { staffId, edits })) throw new Denied('knowledge.edit')
  return staffId
}

const taken = () => refusal('knowledge.shortcut_taken', {}, 'shortcut')
