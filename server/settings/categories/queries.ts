import { sql } from 'kysely'
import type { CategoryId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Topic, TopicFacts } from './rules.ts'

/** All of them, those switched off as well. */
export async function listTopics(db: Reader): Promise<Topic[]> {
  const rows = await db
    .selectFrom('categories')
    .select(['id', 'parent_id', 'name', 'skill', 'position', 'active'])
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id as CategoryId,
    parentId: row.parent_id as CategoryId | null,
    name: row.name,
    skill: row.skill,
    position: row.position,
    active: row.active,
  }))
}

/** @throws NotFound */
export function topicOf(all: readonly Topic[], id: CategoryId): Topic {
  const topic = all.find((one) => one.id === id)
  if (!topic) throw new NotFound()
  return topic
}

/** At the end of those under the same parent. */
export async function insertTopic(tx: Tx, { name, parentId, skill }: TopicFacts): Promise<CategoryId> {
  const row = await tx.db
    .insertInto('categories')
    .values({
      // Only those that come with a program have a code that says something.
      code: `topic-${crypto.randomUUID()}`,
      name: JSON.stringify(name),
      parent_id: parentId,
      skill,
      position: sql<number>`(select coalesce(max(position), 0) + 1 from categories)`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as CategoryId
}

export const updateTopic = (tx: Tx, id: CategoryId, { name, parentId, skill }: TopicFacts) =>
  tx.db
    .updateTable('categories')
    .set({ name: JSON.stringify(name), parent_id: parentId, skill })
    .where('id', '=', id)
    .execute()

export const setActive = (tx: Tx, id: CategoryId, active: boolean) =>
  tx.db.updateTable('categories').set({ active }).where('id', '=', id).execute()

/** These, in this order, from 0 on. */
export const setOrder = (tx: Tx, ids: readonly CategoryId[]) =>
  sql`
    update categories c set position = o.at - 1
    from unnest(${[...ids]}::bigint[]) with ordinality as o (id, at) where c.id = o.id`.execute(tx.db)

export const deleteTopic = (tx: Tx, id: CategoryId) => tx.db.deleteFrom('categories').where('id', '=', id).execute()

/** Skills that somebody has, to choose from. */
export async function listSkills(db: Reader): Promise<string[]> {
  const { rows } = await sql<{ skill: string }>`
    select distinct skill from staff, unnest(skills) as skill where active order by skill`.execute(db)
  return rows.map(({ skill }) => skill)
}
