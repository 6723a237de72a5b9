import type { CategoryChange } from '../../events/settings.ts'
import type { CategoryId } from '../../kernel/ids.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'
import { need } from '../../platform/actor.ts'
import { announce, codeOf, constraintOf } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { changer, keepChange } from '../changes/queries.ts'
import { lockSettings } from '../queries.ts'
import { deleteTopic, insertTopic, listTopics, setActive, setOrder, topicOf, updateTopic } from './queries.ts'
import { readTopic, siblings, stepped, type Topic, type TopicForm } from './rules.ts'

/** One more thing that a question may be about; customers' pages offer it at once. */
export async function addTopic(tx: Tx, typed: TopicForm): Promise<CategoryId> {
  const all = await begin(tx)
  const facts = readTopic(typed, null, all)
  if (facts instanceof Refusal) throw facts
  const id = await insertTopic(tx, facts)
  await told(tx, 'added', id, { before: null })
  return id
}

/** Another name, skill or place; what has it keeps it. */
export async function editTopic(tx: Tx, id: CategoryId, typed: TopicForm): Promise<void> {
  const all = await begin(tx)
  const before = topicOf(all, id)
  const facts = readTopic(typed, id, all)
  if (facts instanceof Refusal) throw facts
  const same = JSON.stringify([before.name['zh-CN'], before.name.en, before.skill, before.parentId])
  if (JSON.stringify([facts.name['zh-CN'], facts.name.en, facts.skill, facts.parentId]) === same) return
  await updateTopic(tx, id, facts)
  await told(tx, 'edited', id, { before })
}

/** One step up or down among those beside it. */
export async function moveTopic(tx: Tx, id: CategoryId, by: -1 | 1): Promise<void> {
  const all = await begin(tx)
  const topic = topicOf(all, id)
  const order = stepped(all, topic, by)
  if (!order) return
  const place = siblings(all, topic.parentId).findIndex((one) => one.id === id)
  await setOrder(tx, order)
  await told(tx, 'moved', id, { before: topic, places: [place + 1, place + 1 + by] })
}

/** Nobody can choose it any more; what has it keeps it, and it can come back. */
export async function switchTopic(tx: Tx, id: CategoryId, active: boolean): Promise<void> {
  const before = topicOf(await begin(tx), id)
  if (before.active === active) return
  await setActive(tx, id, active)
  await told(tx, active ? 'switched_on' : 'switched_off', id, { before })
}

/** For good, where nothing has it and nothing stands under it. */
export async function removeTopic(tx: Tx, id: CategoryId): Promise<void> {
  const before = (await begin(tx)).find((one) => one.id === id)
  if (!before) return
  await deleteTopic(tx, id).catch((error: unknown) => {
    // Whoever uses topics holds on to them by a foreign key: no feature below has to be asked.
    if (codeOf(error) !== '23503') throw error
    throw refusal(
      constraintOf(error) === 'categories_parent_id_fkey'
        ? 'settings.category_has_children'
        : 'settings.category_in_use',
    )
  })
  await told(tx, 'removed', id, { before })
}

async function begin(tx: Tx): Promise<Topic[]> {
  need(tx, 'settings.edit')
  await lockSettings(tx)
  return listTopics(tx.db)
}

async function told(
  tx: Tx,
  what: CategoryChange,
  id: CategoryId,
  { before, places }: { before: Topic | null; places?: readonly [number, number] },
): Promise<void> {
  const after = (await listTopics(tx.db)).find((one) => one.id === id)
  const { by, at } = changer(tx)
  const changeId = await keepChange(tx.db, {
    subject: `category:${id}`,
    old: before && kept(before, places?.[0]),
    new: after ? kept(after, places?.[1]) : null,
    by,
    at,
  })
  await announce(tx, 'category.changed', { by, changeId, categoryId: id, what }, { about: [] })
}

/** As the history shows it for good, whatever the topic is called later. */
const kept = ({ name, skill, active, parentId }: Topic, place?: number) => ({
  name,
  skill,
  active,
  parentId,
  ...(place === undefined ? {} : { place }),
})
