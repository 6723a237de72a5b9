import type { HookChannel } from '../../events/notifications.ts'
import type { DepartmentId, HookId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { named } from '../../kernel/named.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Hook = {
  readonly id: HookId
  readonly channel: HookChannel
  readonly departmentId: DepartmentId | null
  readonly address: string
  readonly secret: string | null
}

const hooks = (db: Reader) =>
  db.selectFrom('hooks').select(['id', 'channel', 'department_id', 'address', 'secret']).where('removed_at', 'is', null)
type Row = Awaited<ReturnType<ReturnType<typeof hooks>['execute']>>[number]
const hookOf = ({ department_id, ...row }: Row): Hook => ({
  ...row,
  id: row.id as HookId,
  departmentId: department_id as DepartmentId | null,
})

export async function findHook(db: Reader, id: HookId): Promise<Hook | undefined> {
  const row = await hooks(db).where('id', '=', id).executeTakeFirst()
  return row && hookOf(row)
}

/** The gateway for SMS or voice. */
export async function findGateway(db: Reader, channel: HookChannel): Promise<Hook | undefined> {
  const row = await hooks(db).where('channel', '=', channel).executeTakeFirst()
  return row && hookOf(row)
}

/** Robots of a department, or of those on duty. */
export async function listRobots(db: Reader, departmentId: DepartmentId | null): Promise<Hook[]> {
  const rows = await hooks(db)
    .where('channel', 'in', ['wecom', 'dingtalk', 'feishu'])
    .where('department_id', departmentId ? '=' : 'is', departmentId)
    .orderBy('id')
    .execute()
  return rows.map(hookOf)
}

export type ShownHook = Omit<Hook, 'secret'> & {
  readonly signed: boolean
  readonly department: Bilingual | null
  readonly madeAt: Date
  readonly by: { readonly name: string; readonly nameEn: string } | null
}

/** All, those on duty first; the secret never leaves here. */
export async function listHooks(db: Reader): Promise<ShownHook[]> {
  const rows = await db
    .selectFrom('hooks as h')
    .leftJoin('departments as d', 'd.id', 'h.department_id')
    .leftJoin('staff as s', 's.id', 'h.made_by')
    .select(['h.id', 'h.channel', 'h.department_id', 'h.address', 'h.secret', 'h.made_at', 'd.name as department'])
    .select(['s.name', 's.name_en'])
    .where('h.removed_at', 'is', null)
    .orderBy('d.position', (order) => order.asc().nullsFirst())
    .orderBy('h.id')
    .execute()
  return rows.map((row) => ({
    id: row.id as HookId,
    channel: row.channel,
    departmentId: row.department_id as DepartmentId | null,
    address: row.address,
    signed: row.secret !== null,
    department: row.department,
    madeAt: row.made_at,
    by: named(row.name, row.name_en),
  }))
}

/** Another one of the same channel and department gives way to it. */
export async function replaceHook(tx: Tx, hook: Omit<Hook, 'id'> & { readonly by: StaffId }): Promise<HookId> {
  await tx.db
    .updateTable('hooks')
    .set({ removed_at: tx.now, address: '', secret: null })
    .where('channel', '=', hook.channel)
    .where('department_id', hook.departmentId ? '=' : 'is', hook.departmentId)
    .where('removed_at', 'is', null)
    .execute()
  const { id } = await tx.db
    .insertInto('hooks')
    .values({
      channel: hook.channel,
      department_id: hook.departmentId,
      address: hook.address,
      secret: hook.secret,
      made_at: tx.now,
      made_by: hook.by,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as HookId
}

/** Its address and secret are forgotten; false where it is gone already. */
export async function removeHook(tx: Tx, id: HookId): Promise<boolean> {
  const row = await tx.db
    .updateTable('hooks')
    .set({ removed_at: tx.now, address: '', secret: null })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
