import type { LineId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { hashOf, newToken } from '../../platform/tokens.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import * as lines from './queries.ts'
import { readLine, type TypedLine, whyNotExtension } from './rules.ts'

/** A new line with the token of its address, which is returned once. */
export async function addLine(tx: Tx, typed: TypedLine): Promise<{ lineId: LineId; token: string }> {
  need(tx, 'settings.edit')
  const by = staffOf(tx)
  const read = readLine(typed)
  if (await lines.isThere(tx.db, read)) throw refusal('lines.there_already', {}, 'name')
  const token = newToken()
  const lineId = await lines.insertLine(tx, read, { tokenHash: hashOf(token), by })
  await announce(tx, 'line.saved', { lineId, adapter: typed.adapter, by }, { about: [] })
  return { lineId, token }
}

/** An empty secret leaves the one that is there; `forget` takes it away. */
export async function changeLine(tx: Tx, lineId: LineId, typed: TypedLine, forget: boolean): Promise<void> {
  need(tx, 'settings.edit')
  const before = await lines.getLine(tx.db, lineId)
  const read = readLine(typed)
  if (await lines.isThere(tx.db, read, lineId)) throw refusal('lines.there_already', {}, 'name')
  const keeps = !forget && read.adapter !== 'moor'
  await lines.updateLine(tx, lineId, { ...read, secret: read.secret ?? (keeps ? before.secret : null) })
  await announce(tx, 'line.saved', { lineId, adapter: typed.adapter, by: staffOf(tx) }, { about: [] })
}

/** Another address: whoever had the old one reaches nothing any more. */
export async function rekeyLine(tx: Tx, lineId: LineId): Promise<string> {
  need(tx, 'settings.edit')
  await lines.getLine(tx.db, lineId)
  const token = newToken()
  await lines.setToken(tx, lineId, hashOf(token))
  await announce(tx, 'line.rekeyed', { lineId, by: staffOf(tx) }, { about: [] })
  return token
}

/** @throws NotFound */
export async function removeLine(tx: Tx, lineId: LineId): Promise<void> {
  need(tx, 'settings.edit')
  if (!(await lines.removeLine(tx, lineId))) throw new NotFound()
  await announce(tx, 'line.removed', { lineId, by: staffOf(tx) }, { about: [] })
}

/** Who is meant where a line names an extension. */
export async function setExtension(tx: Tx, extension: string, staffId: StaffId): Promise<void> {
  need(tx, 'settings.edit')
  refuse(whyNotExtension(extension))
  await lines.storeExtension(tx, extension, staffId)
  await announce(tx, 'extension.set', { staffId, by: staffOf(tx) }, { about: [] })
}

export async function removeExtension(tx: Tx, extension: string): Promise<void> {
  need(tx, 'settings.edit')
  const staffId = await lines.removeExtension(tx, extension)
  if (staffId) await announce(tx, 'extension.removed', { staffId, by: staffOf(tx) }, { about: [] })
}
