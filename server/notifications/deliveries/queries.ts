import { sql } from 'kysely'
import type {
  DeliveryState,
  NoticeChannel,
  NoticeImportance,
  NoticeKind,
  NoticePart,
} from '../../events/notifications.ts'
import type { DeliveryId, HookId, MailId, NoticeId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import { PATIENT } from '../notices/rules.ts'

export type Delivery = {
  readonly id: DeliveryId
  readonly noticeId: NoticeId
  readonly staffId: StaffId | null
  readonly hookId: HookId | null
  readonly channel: NoticeChannel
  readonly pageId: string
  readonly state: DeliveryState
  readonly attempts: number
  readonly error: string | null
  readonly mailId: MailId | null
  readonly dueAt: Date | null
  readonly madeAt: Date
  readonly kind: NoticeKind
  readonly importance: NoticeImportance
  readonly count: number
  readonly settledAt: Date | null
}

const deliveries = (db: Reader) =>
  db
    .selectFrom('deliveries as d')
    .innerJoin('notices as n', 'n.id', 'd.notice_id')
    .select(['d.id', 'd.notice_id', 'd.staff_id', 'd.hook_id', 'd.channel', 'd.page_id', 'd.state', 'd.attempts'])
    .select(['d.error', 'd.mail_id', 'd.due_at', 'd.made_at', 'n.kind', 'n.importance', 'n.count', 'n.settled_at'])
type Row = Awaited<ReturnType<ReturnType<typeof deliveries>['execute']>>[number]
const deliveryOf = (row: Row): Delivery => ({
  id: row.id as DeliveryId,
  noticeId: row.notice_id as NoticeId,
  staffId: row.staff_id as StaffId | null,
  hookId: row.hook_id as HookId | null,
  channel: row.channel,
  pageId: row.page_id,
  state: row.state,
  attempts: row.attempts,
  error: row.error,
  mailId: row.mail_id as MailId | null,
  dueAt: row.due_at,
  madeAt: row.made_at,
  kind: row.kind,
  importance: row.importance,
  count: row.count,
  settledAt: row.settled_at,
})

type NewDelivery = {
  readonly noticeId: NoticeId
  readonly staffId: StaffId | null
  readonly hookId?: HookId
  readonly channel: NoticeChannel
  readonly pageId: string
}

/** They wait to be sent now; what stands on the page has arrived with it. */
export async function insertDeliveries(tx: Tx, all: readonly NewDelivery[]): Promise<void> {
  if (all.length === 0) return
  await tx.db
    .insertInto('deliveries')
    .values(
      all.map((one) => {
        const onPage = one.channel === 'page'
        return {
          notice_id: one.noticeId,
          staff_id: one.staffId,
          hook_id: one.hookId ?? null,
          channel: one.channel,
          page_id: one.pageId,
          state: onPage ? ('sent' as const) : ('pending' as const),
          due_at: onPage ? null : tx.now,
          made_at: tx.now,
          settled_at: onPage ? tx.now : null,
        }
      }),
    )
    .onConflict((conflict) => conflict.constraint('deliveries_once').doNothing())
    .execute()
}

/** @throws NotFound */
export async function lockDelivery(tx: Tx, id: DeliveryId): Promise<Delivery> {
  const row = await deliveries(tx.db).where('d.id', '=', id).forUpdate('d').executeTakeFirst()
  if (!row) throw new NotFound()
  return deliveryOf(row)
}

export async function findByMail(tx: Tx, id: MailId): Promise<Delivery | undefined> {
  const row = await deliveries(tx.db).where('d.mail_id', '=', id).forUpdate('d').executeTakeFirst()
  return row && deliveryOf(row)
}

/** Of one round, in the order of their making. */
export const listOfPage = async (db: Reader, pageId: string): Promise<Delivery[]> =>
  (await deliveries(db).where('d.page_id', '=', pageId).orderBy('d.id').execute()).map(deliveryOf)

/** Letters of kinds that nobody waits for, a second: told to five hundred people at once they take a minute, and are no load. */
export const PATIENT_AT_ONCE = 10

/**
 * What is to be sent now, and what was on its way when its process was lost; duty pages first, and of the letters that
 * nobody waits for a few.
 */
export async function listDueDeliveries(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const isPatient = sql<boolean>`(d.channel = 'mail' and n.kind in (${sql.join(PATIENT)}))`
  const due = (patient: boolean, most: number) =>
    db
      .selectFrom('deliveries as d')
      .innerJoin('notices as n', 'n.id', 'd.notice_id')
      .select(['d.id', 'd.state', 'd.attempts', 'd.due_at'])
      .where('d.state', 'in', ['pending', 'sending'])
      .where('d.due_at', '<=', now)
      .where(isPatient, '=', patient)
      .orderBy(sql`n.importance = 'duty'`, 'desc')
      .orderBy('d.due_at')
      .orderBy('d.id')
      .limit(most)
  const hurried = await due(false, limit).execute()
  const patient = await due(true, Math.min(limit, PATIENT_AT_ONCE)).execute()
  const rows = [...hurried, ...patient]
  return rows.map(({ id, state, attempts, due_at }) => ({ id, version: `${state}-${attempts}`, at: due_at ?? now }))
}

type Change = {
  state?: DeliveryState
  attempts?: number
  error?: string | null
  mail_id?: MailId
  due_at?: Date | null
  settled_at?: Date | null
}
export const setDelivery = (tx: Tx, id: DeliveryId, change: Change) =>
  tx.db.updateTable('deliveries').set(change).where('id', '=', id).execute()

/** They have opened it: what stood on their page was seen. */
export const seePages = (tx: Tx, noticeId: NoticeId, staffId: StaffId) =>
  tx.db
    .updateTable('deliveries')
    .set({ state: 'seen' })
    .where('notice_id', '=', noticeId)
    .where('staff_id', '=', staffId)
    .where('channel', '=', 'page')
    .where('state', '=', 'sent')
    .execute()

/** Nothing of it is worth sending to them any more. */
export const dropPending = (tx: Tx, noticeId: NoticeId, staffId: StaffId) =>
  over(tx, [noticeId]).where('staff_id', '=', staffId).execute()

/** Nothing of these is worth sending to anybody any more; a robot's room hears the end. */
export const dropPendingOf = (tx: Tx, noticeIds: readonly NoticeId[]) =>
  over(tx, noticeIds).where('staff_id', 'is not', null).execute()

const over = (tx: Tx, noticeIds: readonly NoticeId[]) =>
  tx.db
    .updateTable('deliveries')
    .set({ state: 'failed', error: 'over', due_at: null, settled_at: tx.now })
    .where('notice_id', 'in', [...noticeIds])
    .where('state', '=', 'pending')

/** The latest through each hook, for the page that tests them. */
export async function lastThroughHooks(db: Reader): Promise<Map<HookId, Pick<Delivery, 'state' | 'error' | 'madeAt'>>> {
  const { rows } = await sql<{ hook_id: string; state: DeliveryState; error: string | null; made_at: Date }>`
    select distinct on (hook_id) hook_id, state, error, made_at from deliveries where hook_id is not null order by hook_id, id desc`.execute(
    db,
  )
  return new Map(
    rows.map((row) => [row.hook_id as HookId, { state: row.state, error: row.error, madeAt: row.made_at }]),
  )
}

/** What a delivery is about, and why this person. */
export async function wayOf(
  db: Reader,
  id: NoticeId,
  staffId: StaffId | null,
): Promise<{ readonly ref: string; readonly part: NoticePart }> {
  const row = await db
    .selectFrom('notices as n')
    .leftJoin('notice_people as p', (join) => join.onRef('p.notice_id', '=', 'n.id').on('p.staff_id', '=', staffId))
    .select(['n.ref', 'p.part'])
    .where('n.id', '=', id)
    .executeTakeFirstOrThrow()
  return { ref: row.ref, part: row.part ?? 'own' }
}
