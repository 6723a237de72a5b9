import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CannedId, CategoryId, TicketId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { listCategories } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { OPENINGS } from '../rules.ts'
import { filledFrom, type Sources, type TicketWords } from '../sources.ts'
import { keepNewReply, keepReply, removeReply } from './actions.ts'
import { cannedWith, listCanned } from './queries.ts'
import { BODY_LETTERS, CANNED_KINDS, type Canned, mayChange, SHORTCUT_LETTERS, TITLE_LETTERS } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const TYPED = {
  shortcut: optionalText(SHORTCUT_LETTERS),
  kind: z.enum(CANNED_KINDS),
  titleZh: optionalText(TITLE_LETTERS),
  titleEn: optionalText(TITLE_LETTERS),
  bodyZh: optionalText(BODY_LETTERS),
  bodyEn: optionalText(BODY_LETTERS),
  category: z.union([rowId, z.literal('')]),
  whose: z.enum(['mine', 'team']),
  seen: wholeNumber,
}
type Typed = z.infer<z.ZodObject<typeof TYPED>>
const LETTERS = { shortcut: SHORTCUT_LETTERS, title: TITLE_LETTERS, body: BODY_LETTERS }

/** Canned replies: everybody keeps their own, editors also the team's. */
export const replyRoutes = (deps: Deps, { wordsOf }: Pick<Sources, 'wordsOf'>) => {
  const reads = staffOnly(deps, 'knowledge.read')
  return new Hono<Env>()
    .get('/', reads, (c) => list(c, deps))
    .get('/new', reads, async (c) => {
      const { from } = query(c, { from: rowId.optional() })
      const source = from && (await wordsOf(deps, c.var.me, from as TicketId))
      return show(c, deps, null, source ? { typed: { ...EMPTY, ...filled(source) }, source } : {})
    })
    .post('/new', reads, (c) => save(c, deps, null))
    .get('/:id', reads, (c) => show(c, deps, pathId<CannedId>(c), {}))
    .post('/:id', reads, (c) => save(c, deps, pathId<CannedId>(c)))
    .post('/:id/removal', reads, async (c) => {
      await form(c, {})
      const id = pathId<CannedId>(c)
      await deps.transact(c.var.me.actor, (tx) => removeReply(tx, id))
      return seeOther(c, '/knowledge/replies')
    })
}

async function list(c: Ctx, deps: Deps): Promise<Response> {
  const { me } = c.var
  const all = await listCanned(deps.db, me.staffId)
  const edits = me.capabilities.has('knowledge.edit')
  const shown = all.map((one) => ({ ...one, may: mayChange(one, { staffId: me.staffId, edits }) }))
  const groups = [
    { whose: 'mine', replies: shown.filter(({ ownerId }) => ownerId) },
    { whose: 'team', replies: shown.filter(({ ownerId }) => !ownerId) },
  ].filter(({ replies }) => replies.length > 0)
  return page(c, deps, 'knowledge/replies', { groups })
}

async function save(c: Ctx, deps: Deps, id: CannedId | null): Promise<Response> {
  const typed = await form(c, TYPED)
  const reply = replyOf(c, typed)
  try {
    await deps.transact(c.var.me.actor, async (tx) => {
      if (id) await keepReply(tx, id, reply, typed.seen)
      else await keepNewReply(tx, reply)
    })
    return seeOther(c, '/knowledge/replies')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const refused = { [error.field ?? 'form']: error }
    if (error.code !== 'knowledge.reply_changed' || !id) return show(c, deps, id, { typed, refused }, 422)
    const theirs = await cannedWith(deps.db, id, c.var.me.staffId)
    return show(c, deps, id, { typed: { ...typed, seen: theirs.draft }, refused, theirs }, 422)
  }
}

const replyOf = (c: Ctx, typed: Typed): Canned => ({
  shortcut: typed.shortcut.trim().replace(/^\//, ''),
  kind: typed.kind,
  title: { 'zh-CN': typed.titleZh.trim(), en: typed.titleEn.trim() },
  body: { 'zh-CN': typed.bodyZh.trim(), en: typed.bodyEn.trim() },
  categoryId: typed.category === '' ? null : (typed.category as CategoryId),
  ownerId: typed.whose === 'team' ? null : c.var.me.staffId,
})

/** What a resolved conversation gives: the agent's own words, the customer's name left open. */
const filled = (words: TicketWords) => filledFrom(words, words.said, LETTERS)

const EMPTY: Typed = {
  shortcut: '',
  kind: 'reply',
  titleZh: '',
  titleEn: '',
  bodyZh: '',
  bodyEn: '',
  category: '',
  whose: 'mine',
  seen: 0,
}

async function show(c: Ctx, deps: Deps, id: CannedId | null, values: Values, status: 200 | 422 = 200) {
  const { me } = c.var
  const categories = await listCategories(deps.db)
  const shared = {
    categories,
    letters: LETTERS,
    kinds: CANNED_KINDS,
    openings: OPENINGS.map((name) => `{{${name}}}`),
    edits: me.capabilities.has('knowledge.edit'),
  }
  if (!id) return page(c, deps, 'knowledge/reply', { ...shared, may: true, typed: EMPTY, ...values }, status)
  const reply = await cannedWith(deps.db, id, me.staffId)
  const typed = {
    shortcut: reply.shortcut,
    kind: reply.kind,
    titleZh: reply.title['zh-CN'],
    titleEn: reply.title.en,
    bodyZh: reply.body['zh-CN'],
    bodyEn: reply.body.en,
    category: reply.categoryId ?? '',
    whose: reply.ownerId ? 'mine' : 'team',
    seen: reply.draft,
  }
  const may = mayChange(reply, { staffId: me.staffId, edits: shared.edits })
  return page(c, deps, 'knowledge/reply', { ...shared, reply, may, typed, ...values }, status)
}
