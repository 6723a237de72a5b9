import type { CustomerId, ErasureId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, nightOf, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { customerOf } from '../queries.ts'
import type { Keeping, Scope } from './keeping.ts'
import { eraseKept, filesOf } from './kept/queries.ts'
import * as privacy from './queries.ts'
import * as reveals from './reveals/queries.ts'
import {
  type ErasureReason,
  type RevealReason,
  unusualIn,
  whyNotConfirmed,
  whyNotErase,
  whyNotReason,
} from './rules.ts'

type Asked = { readonly reason: RevealReason; readonly words: string; readonly zone: string; readonly theirs: boolean }

/**
 * This person sees this customer in full for some minutes, and it is written down who, when and why. `theirs`: they have had
 * a conversation with this customer; where not, and where it is one of many in a night, HR looks at it (REGULATION row 57).
 */
export async function revealCustomer(
  tx: Tx,
  { customerId, ticketId }: { customerId: CustomerId; ticketId: TicketId | null },
  { reason, words, zone, theirs }: Asked,
): Promise<void> {
  need(tx, 'customer.reveal')
  const staffId = staffOf(tx)
  refuse(whyNotReason(reason, words))
  const customer = await customerOf(tx.db, customerId)
  if (customer.erasedAt) throw refusal('privacy.erased')
  const { revealMinutes, revealsANight } = await currentSettings(tx.db)
  const night = nightOf(tx.now, zone)
  const before = await reveals.countReveals(tx.db, staffId, night)
  const unusual = unusualIn({ theirs, before }, revealsANight)
  const until = plus(tx.now, revealMinutes * MINUTE)
  const revealId = await reveals.insertReveal(tx, {
    customerId,
    ticketId,
    staffId,
    reason,
    words: words.trim(),
    until,
    night,
    unusual,
  })
  const marks = { many: unusual.includes('many'), notTheirs: unusual.includes('not_theirs') }
  await announce(
    tx,
    'customer.revealed',
    { revealId, customerId, ticketId, staffId, reason, ...marks },
    { about: ['reveals'] },
  )
}

/** Step one of two: somebody wants a customer forgotten. Twice is once. */
export async function askErasure(
  tx: Tx,
  keeping: Keeping,
  customerId: CustomerId,
  { reason, words }: { reason: ErasureReason; words: string },
): Promise<void> {
  need(tx, 'customer.erase')
  const by = staffOf(tx)
  refuse(whyNotReason(reason, words))
  const { erasedAt } = await privacy.lockCustomer(tx, customerId)
  if (erasedAt || (await privacy.findAsked(tx.db, customerId))) return
  await refuseWhereHeld(tx, keeping, customerId)
  const erasureId = await privacy.insertErasure(tx, { customerId, reason, words: words.trim(), by })
  await announce(tx, 'erasure.asked', { erasureId, customerId, by }, { about: [] })
}

export async function withdrawErasure(tx: Tx, customerId: CustomerId): Promise<void> {
  need(tx, 'customer.erase')
  const by = staffOf(tx)
  await privacy.lockCustomer(tx, customerId)
  const erasureId = await privacy.findAsked(tx.db, customerId)
  if (!erasureId) return
  await privacy.endErasure(tx, erasureId, by, { state: 'withdrawn' })
  await announce(tx, 'erasure.withdrawn', { erasureId, customerId, by }, { about: [] })
}

/** Step two: whoever does it types whom they mean. Numbers, states and times stay; the log of events holds no words anyway. */
export async function eraseCustomer(
  tx: Tx,
  keeping: Keeping,
  customerId: CustomerId,
  typed: string,
): Promise<readonly string[]> {
  need(tx, 'customer.erase')
  const by = staffOf(tx)
  await keeping.lockConversations(tx, customerId)
  const { name, erasedAt } = await privacy.lockCustomer(tx, customerId)
  if (erasedAt) return []
  const erasureId = await privacy.findAsked(tx.db, customerId)
  if (!erasureId) throw refusal('privacy.not_asked')
  const conversations = await keeping.conversationsOf(tx.db, customerId)
  refuse(
    whyNotConfirmed(
      typed,
      name,
      conversations.map(({ number }) => number),
    ),
  )
  await refuseWhereHeld(tx, keeping, customerId)
  const scope = { customerId, ticketIds: conversations.map(({ id }) => id), whole: true }
  return (await erase(tx, keeping, scope, { erasureId, by })).files
}

/**
 * Conversations whose time is over, by the same path; with the customer where nothing else of theirs is left. What is held,
 * is not erased: it comes again with the next run. Where it waits for nobody any more it waits no longer.
 */
export async function eraseOver(
  tx: Tx,
  keeping: Keeping,
  customerId: CustomerId,
  before: Date,
): Promise<{ ended: number; files: readonly string[] }> {
  await keeping.lockConversations(tx, customerId)
  const { erasedAt } = await privacy.lockCustomer(tx, customerId)
  const all = await keeping.conversationsOf(tx.db, customerId)
  const over = all.filter((one) => !one.erasedAt && one.endedAt && one.endedAt < before)
  if (erasedAt || over.length === 0) return { ended: 0, files: [] }
  const whole = all.every((one) => one.erasedAt || over.includes(one))
  const scope = { customerId, ticketIds: (whole ? all : over).map(({ id }) => id), whole }
  for (const { blocks } of keeping.keepers) if (await blocks?.(tx.db, scope)) return { ended: 0, files: [] }
  const asked = whole ? await privacy.findAsked(tx.db, customerId) : undefined
  const erasureId = asked ?? (await privacy.insertErasure(tx, { customerId, reason: 'retention', words: '', by: null }))
  const { files } = await erase(tx, keeping, scope, { erasureId, by: null })
  return { ended: 1, files }
}

/** @throws NotFound; Refusal privacy.still_open, privacy.erased or what a feature has in the way */
async function refuseWhereHeld(tx: Tx, keeping: Keeping, customerId: CustomerId): Promise<void> {
  const conversations = await keeping.conversationsOf(tx.db, customerId)
  refuse(whyNotErase(conversations))
  const scope = { customerId, ticketIds: conversations.map(({ id }) => id), whole: true }
  for (const { blocks } of keeping.keepers) refuse((await blocks?.(tx.db, scope)) ?? null)
}

type Doing = { readonly erasureId: ErasureId; readonly by: StaffId | null }

/** The one path: everything that the registry names, in its order, counted. */
async function erase(
  tx: Tx,
  { keepers }: Keeping,
  scope: Scope,
  { erasureId, by }: Doing,
): Promise<{ files: readonly string[] }> {
  const counts: Record<string, number> = {}
  const files: string[] = []
  for (const { name, kept, also } of keepers) {
    const own: string[] = []
    for (const one of kept) own.push(...(await filesOf(tx.db, one, scope)).map(({ id }) => id))
    for (const one of kept) counts[name] = (counts[name] ?? 0) + (await eraseKept(tx, one, scope))
    await also?.(tx, scope, own)
    files.push(...own)
  }
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const told = { tickets: scope.ticketIds.length, rows, files: files.length }
  await privacy.endErasure(tx, erasureId, by, { state: 'done', ...told, counts })
  const about = scope.ticketIds.map((id) => `ticket:${id}`)
  await announce(
    tx,
    'customer.erased',
    { erasureId, customerId: scope.customerId, by, whole: scope.whole, ...told },
    { about },
  )
  return { files }
}

/** What is handed out is written down with who took it. @throws NotFound */
export async function noteExport(
  tx: Tx,
  made: { customerId: CustomerId; words: string; rows: number; files: number },
): Promise<void> {
  need(tx, 'customer.erase')
  const by = staffOf(tx)
  const { customerId, rows, files } = made
  if ((await customerOf(tx.db, customerId)).erasedAt) throw new NotFound()
  const exportId = await privacy.insertExport(tx, { ...made, staffId: by })
  await announce(tx, 'customer.exported', { exportId, customerId, by, rows, files }, { about: [] })
}
