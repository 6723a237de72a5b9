import { randomUUID } from 'node:crypto'
import type { NoticeChannel, NoticeImportance, NoticeKind, NoticePart } from '../../events/notifications.ts'
import type { DepartmentId, NoticeId, StaffId } from '../../kernel/ids.ts'
import { HOUR, MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { listRobots } from '../channels/queries.ts'
import { choiceOf } from '../choices/queries.ts'
import { insertDelivery } from '../deliveries/queries.ts'
import { chiefNow, isNightAt, isOnPost, onPostNow, reachOf } from '../people/queries.ts'
import * as notices from './queries.ts'
import { FOLD_SECONDS, KINDS, type Ladder, ladderOf, mayWake, wantsReceipt } from './rules.ts'

export type Somebody = { readonly staffId: StaffId; readonly part: NoticePart }
/** What is told, to whom, and where more of the same is counted. */
export type Telling = {
  readonly kind: NoticeKind
  readonly importance?: NoticeImportance
  readonly ref: string
  readonly path: string
  /** Defaults to kind and ref. */
  readonly foldKey?: string
  readonly to: readonly Somebody[]
  /** Robots that are told as well: of a department, or (null) of those on duty. */
  readonly robots?: readonly (DepartmentId | null)[]
}

/**
 * Tells people of something, once: while a notice of the same is open it only counts. Ten thousand alarms of one kind
 * are one page that says ten thousand.
 */
export async function tell(tx: Tx, telling: Telling): Promise<void> {
  const { kind, ref, path, to, robots = [] } = telling
  const importance = telling.importance ?? KINDS[kind].importance
  const foldKey = telling.foldKey ?? `${kind}:${ref}`
  if (await countAnother(tx, foldKey, importance, { kind, to })) return
  await notices.lockFold(tx, foldKey)
  if (await countAnother(tx, foldKey, importance, { kind, to })) return
  if (to.length === 0 && robots.length === 0) return
  const foldUntil = plus(tx.now, FOLD_SECONDS * SECOND)
  const id = await notices.insertNotice(tx, { kind, importance, ref, path, foldKey, foldUntil })
  for (const one of to) await addPerson(tx, { id, kind, importance }, one)
  for (const departmentId of robots)
    for (const hook of await listRobots(tx.db, departmentId))
      await insertDelivery(tx, {
        noticeId: id,
        staffId: null,
        hookId: hook.id,
        channel: hook.channel,
        pageId: randomUUID(),
      })
}

async function countAnother(
  tx: Tx,
  foldKey: string,
  importance: NoticeImportance,
  { kind, to }: { kind: NoticeKind; to: readonly Somebody[] },
): Promise<boolean> {
  const open = await notices.countMore(tx, foldKey)
  if (!open) return false
  if (importance !== 'duty') await notices.unseeNotice(tx, open.id)
  const fresh = to.filter(({ staffId }) => !open.people.includes(staffId))
  for (const one of fresh) await addPerson(tx, { id: open.id, kind, importance }, one)
  return true
}

export type Subject = { readonly id: NoticeId; readonly kind: NoticeKind; readonly importance: NoticeImportance }

/** One more who is told, by the channels that lead to them now. False where they know of it. */
export async function addPerson(tx: Tx, subject: Subject, { staffId, part }: Somebody): Promise<boolean> {
  const { kind, importance } = subject
  const { wakes, ladder } = await ladderFor(tx, subject, staffId)
  const { pageNextSeconds, noticeUnreadMinutes, noticeUnseenHours } = await currentSettings(tx.db)
  const pageId = randomUUID()
  const proofAt = KINDS[kind].proof ? plus(tx.now, noticeUnseenHours * HOUR) : null
  const added = await notices.insertPerson(tx, {
    noticeId: subject.id,
    staffId,
    part,
    pageId,
    wakes,
    nextAt: importance === 'duty' ? plus(tx.now, pageNextSeconds * SECOND) : proofAt,
    // Row 21 gives hours, and then HR looks; row 2 gives minutes, and then the next one up.
    upAt: wantsReceipt(importance) && !proofAt ? plus(tx.now, noticeUnreadMinutes * MINUTE) : null,
  })
  if (!added) return false
  for (const channel of ladder.atOnce) await insertDelivery(tx, { noticeId: subject.id, staffId, channel, pageId })
  await announce(tx, 'notice.made', { noticeId: subject.id, staffId, kind, importance, part }, topicsOf(staffId))
  return true
}

/** What this person has chosen, as far as it leads to them now. */
export async function ladderFor(
  tx: Tx,
  { kind, importance }: Pick<Subject, 'kind' | 'importance'>,
  staffId: StaffId,
): Promise<{ wakes: boolean; ladder: Ladder }> {
  const [chosen, can, onPost, night] = [
    await choiceOf(tx.db, staffId, kind),
    await reachOf(tx.db, staffId),
    await isOnPost(tx.db, staffId, tx.now),
    await isNightAt(tx.db, tx.now),
  ]
  const wakes = mayWake(importance, { onPost, night })
  const channels: readonly NoticeChannel[] = chosen ?? KINDS[kind].channels
  return { wakes, ladder: ladderOf({ kind, importance }, channels, { wakes, can }) }
}

export const topicsOf = (staffId: StaffId): { about: string[] } => ({ about: [`duty:${staffId}`] })

/** Duty managers on post but for the one it is about; where there is none, whoever heads the leadership group, without being rung. */
export async function managers(tx: Tx, except?: StaffId): Promise<Somebody[]> {
  const onPost = (await onPostNow(tx.db, 'manager', tx.now)).filter((one) => one !== except)
  if (onPost.length > 0) return onPost.map((staffId) => ({ staffId, part: 'post' }))
  const chief = await chiefNow(tx.db, tx.now)
  return chief && chief !== except ? [{ staffId: chief, part: 'up' }] : []
}
