import { randomUUID } from 'node:crypto'
import type { NoticeChannel, NoticeImportance, NoticeKind, NoticePart } from '../../events/notifications.ts'
import type { DepartmentId, NoticeId, StaffId } from '../../kernel/ids.ts'
import { HOUR, MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { announceAll } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { listRobots } from '../channels/queries.ts'
import { choicesOfEach } from '../choices/queries.ts'
import { insertDeliveries } from '../deliveries/queries.ts'
import { ALWAYS, chiefNow, isNightAt, onPostAmong, onPostNow, reachOfEach } from '../people/queries.ts'
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
  if (await countAnother(tx, telling)) return
  await notices.lockFolds(tx, [foldKeyOf(telling)])
  if (!(await countAnother(tx, telling))) await make(tx, [telling])
}

/** Each of something of their own: a whole company is told in a handful of statements. */
export async function tellEach(tx: Tx, tellings: readonly Telling[]): Promise<void> {
  const keys = tellings.map(foldKeyOf)
  await notices.lockFolds(tx, keys)
  const open = await notices.foldsOpen(tx, keys)
  const isFirst = (telling: Telling, at: number): boolean => {
    const key = foldKeyOf(telling)
    return !open.has(key) && keys.indexOf(key) === at
  }
  await make(tx, tellings.filter(isFirst))
  for (const [at, telling] of tellings.entries()) if (!isFirst(telling, at)) await countAnother(tx, telling)
}

const foldKeyOf = ({ kind, ref, foldKey }: Telling): string => foldKey ?? `${kind}:${ref}`
const importanceOf = ({ kind, importance }: Telling): NoticeImportance => importance ?? KINDS[kind].importance

/** Notices that nothing is counted in yet, each with a key of its own. */
async function make(tx: Tx, tellings: readonly Telling[]): Promise<void> {
  const fresh = tellings.filter(({ to, robots = [] }) => to.length > 0 || robots.length > 0)
  const foldUntil = plus(tx.now, FOLD_SECONDS * SECOND)
  const ids = await notices.insertNotices(
    tx,
    fresh.map((one) => ({
      kind: one.kind,
      importance: importanceOf(one),
      ref: one.ref,
      path: one.path,
      foldKey: foldKeyOf(one),
      foldUntil,
    })),
  )
  const made = fresh.flatMap((telling) => {
    const id = ids.get(foldKeyOf(telling))
    return id ? [{ ...telling, id, importance: importanceOf(telling) }] : []
  })
  for (const alike of Map.groupBy(made, ({ kind, importance }) => `${kind} ${importance}`).values())
    await addPeople(
      tx,
      alike.flatMap((subject) => subject.to.map((one) => ({ subject, ...one }))),
    )
  for (const { id, robots = [] } of made) for (const departmentId of robots) await addRobots(tx, id, departmentId)
}

async function addRobots(tx: Tx, noticeId: NoticeId, departmentId: DepartmentId | null): Promise<void> {
  const hooks = await listRobots(tx.db, departmentId)
  await insertDeliveries(
    tx,
    hooks.map(({ id, channel }) => ({ noticeId, staffId: null, hookId: id, channel, pageId: randomUUID() })),
  )
}

async function countAnother(tx: Tx, telling: Telling): Promise<boolean> {
  const { kind, to } = telling
  const importance = importanceOf(telling)
  const open = await notices.countMore(tx, foldKeyOf(telling))
  if (!open) return false
  if (importance !== 'duty') await notices.unseeNotice(tx, open.id)
  const fresh = to.filter(({ staffId }) => !open.people.includes(staffId))
  await addPeople(
    tx,
    fresh.map((one) => ({ subject: { id: open.id, kind, importance }, ...one })),
  )
  return true
}

export type Subject = { readonly id: NoticeId; readonly kind: NoticeKind; readonly importance: NoticeImportance }

/** One more who is told, by the channels that lead to them now. False where they know of it. */
export const addPerson = async (tx: Tx, subject: Subject, one: Somebody): Promise<boolean> =>
  (await addPeople(tx, [{ subject, ...one }])) > 0

/** Of notices of one kind and importance: how many did not know of theirs. */
async function addPeople(tx: Tx, added: readonly (Somebody & { readonly subject: Subject })[]): Promise<number> {
  const [first] = added
  if (!first) return 0
  const { kind, importance } = first.subject
  const ladders = await laddersFor(
    tx,
    first.subject,
    added.map(({ staffId }) => staffId),
  )
  const { pageNextSeconds, noticeUnreadMinutes, noticeUnseenHours } = await currentSettings(tx.db)
  const proofAt = KINDS[kind].proof ? plus(tx.now, noticeUnseenHours * HOUR) : null
  const nextAt = importance === 'duty' ? plus(tx.now, pageNextSeconds * SECOND) : proofAt
  // Row 21 gives hours, and then HR looks; row 2 gives minutes, and then the next one up.
  const upAt = wantsReceipt(importance) && !proofAt ? plus(tx.now, noticeUnreadMinutes * MINUTE) : null
  const people = added.map(({ subject, staffId, part }) => {
    const { wakes, ladder } = ladders(staffId)
    return { noticeId: subject.id, staffId, part, pageId: randomUUID(), wakes, nextAt, upAt, ladder }
  })
  const known = await notices.insertPeople(tx, people)
  const told = people.filter(({ pageId }) => known.has(pageId))
  await insertDeliveries(
    tx,
    told.flatMap(({ ladder, ...one }) => ladder.atOnce.map((channel) => ({ ...one, channel }))),
  )
  await announceAll(
    tx,
    told.map(({ noticeId, staffId, part }) => ({
      name: 'notice.made' as const,
      payload: { noticeId, staffId, kind, importance, part },
      ...topicsOf(staffId),
    })),
  )
  return told.length
}

type Way = { readonly wakes: boolean; readonly ladder: Ladder }

/** What this person has chosen, as far as it leads to them now. */
export const ladderFor = async (tx: Tx, what: Pick<Subject, 'kind' | 'importance'>, staffId: StaffId): Promise<Way> =>
  (await laddersFor(tx, what, [staffId]))(staffId)

async function laddersFor(
  tx: Tx,
  { kind, importance }: Pick<Subject, 'kind' | 'importance'>,
  people: readonly StaffId[],
): Promise<(staffId: StaffId) => Way> {
  const chosen = await choicesOfEach(tx.db, people, kind)
  const reach = await reachOfEach(tx.db, people)
  const onPost = await onPostAmong(tx.db, people, tx.now)
  const night = await isNightAt(tx.db, tx.now)
  return (staffId) => {
    const wakes = mayWake(importance, { onPost: onPost.has(staffId), night })
    const channels: readonly NoticeChannel[] = chosen.get(staffId) ?? KINDS[kind].channels
    const can = reach.get(staffId) ?? ALWAYS
    return { wakes, ladder: ladderOf({ kind, importance }, channels, { wakes, can }) }
  }
}

export const topicsOf = (staffId: StaffId): { about: string[] } => ({ about: [`duty:${staffId}`] })

/** Duty managers on post but for the one it is about; where there is none, whoever heads the leadership group, without being rung. */
export async function managers(tx: Tx, except?: StaffId): Promise<Somebody[]> {
  const onPost = (await onPostNow(tx.db, 'manager', tx.now)).filter((one) => one !== except)
  if (onPost.length > 0) return onPost.map((staffId) => ({ staffId, part: 'post' }))
  const chief = await chiefNow(tx.db, tx.now)
  return chief && chief !== except ? [{ staffId: chief, part: 'up' }] : []
}
