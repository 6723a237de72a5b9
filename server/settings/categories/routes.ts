import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CategoryId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { addTopic, editTopic, moveTopic, removeTopic, switchTopic } from './actions.ts'
import { listSkills, listTopics } from './queries.ts'
import { siblings, type Topic, type TopicForm } from './rules.ts'

const FIELDS = {
  zh: optionalText(200),
  en: optionalText(200),
  skill: optionalText(200),
  above: rowId.or(z.literal('')),
}
type Fields = z.infer<z.ZodObject<typeof FIELDS>>

/** The topic whose form is open, `new` for the one to come, and what came back with it. */
type Open = { readonly open: string | null; readonly typed?: Fields; readonly refused?: Refusal }

/** What a question may be about: a tree of two levels, arranged, named and switched off here. */
export const categoryRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  const acting = async (c: Context<Env>, at: Open, act: (tx: Tx) => Promise<unknown>): Promise<Response> => {
    try {
      await deps.transact(c.var.me.actor, act)
      return seeOther(c, '/settings/categories')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return page(c, deps, 'settings/categories', await treeOf(deps, { ...at, refused: error }), 422)
    }
  }
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const { open } = query(c, { open: rowId.optional() })
      return page(c, deps, 'settings/categories', await treeOf(deps, { open: open ?? null }))
    })
    .post('/', edits, async (c) => {
      const typed = await form(c, FIELDS)
      return acting(c, { open: 'new', typed }, (tx) => addTopic(tx, formOf(typed)))
    })
    .post('/:id', edits, async (c) => {
      const typed = await form(c, FIELDS)
      const id = pathId<CategoryId>(c)
      return acting(c, { open: id, typed }, (tx) => editTopic(tx, id, formOf(typed)))
    })
    .post('/:id/:act{up|down|off|on|removal}', edits, async (c) => {
      await form(c, {})
      const id = pathId<CategoryId>(c)
      return acting(c, { open: id }, (tx) => actOn(tx, id, c.req.param('act')))
    })
}

function actOn(tx: Tx, id: CategoryId, act: string): Promise<void> {
  switch (act) {
    case 'up':
      return moveTopic(tx, id, -1)
    case 'down':
      return moveTopic(tx, id, 1)
    case 'removal':
      return removeTopic(tx, id)
    default:
      return switchTopic(tx, id, act === 'on')
  }
}

const formOf = (typed: Fields): TopicForm => ({
  ...typed,
  above: typed.above === '' ? null : (typed.above as CategoryId),
})

async function treeOf({ db }: Deps, at: Open) {
  const [all, skills] = await Promise.all([listTopics(db), listSkills(db)])
  const tops = siblings(all, null)
  const withEnds = (beside: readonly Topic[]) =>
    beside.map((topic, at) => ({ ...topic, first: at === 0, last: at === beside.length - 1 }))
  const shown = (topic: ReturnType<typeof withEnds>[number], level: 1 | 2) => ({
    ...topic,
    level,
    open: at.open === topic.id,
    form: fieldsOf(topic, tops, at),
  })
  const lines = withEnds(tops).flatMap((topic) => [
    shown(topic, 1),
    ...withEnds(siblings(all, topic.id)).map((one) => shown(one, 2)),
  ])
  const { refused } = at
  return { lines, skills, fresh: fieldsOf(null, tops, at), refused: refused?.field ? null : refused }
}

/** The fields of a topic, or of a new one: as it is, or as it was typed where its form came back. */
function fieldsOf(topic: Topic | null, tops: readonly Topic[], { open, typed, refused }: Open) {
  const key = topic?.id ?? 'new'
  const mine = open === key
  const own: Fields = {
    zh: topic?.name['zh-CN'] ?? '',
    en: topic?.name.en ?? '',
    skill: topic?.skill ?? '',
    above: topic?.parentId ?? '',
  }
  const { above, ...words } = mine && typed ? typed : own
  return {
    key,
    action: topic ? `/settings/categories/${topic.id}` : '/settings/categories',
    ...words,
    under: tops.filter(({ id }) => id !== topic?.id).map(({ id, name }) => ({ id, name, chosen: id === above })),
    errors: mine && refused?.field ? { [refused.field]: refused } : {},
  }
}
