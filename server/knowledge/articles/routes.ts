import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { ArticleId, CategoryId, TicketId } from '../../kernel/ids.ts'
import { maskWords } from '../../kernel/masks.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { listCategories } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { filledFrom, type Sources, type TicketWords } from '../sources.ts'
import { beginArticle, publishArticle, restoreVersion, saveArticle, withdrawArticle } from './actions.ts'
import { articleWith, type Draft, type Listed, listArticles, versionsOf, wordsAbout } from './queries.ts'
import { ARTICLE_STATES, BODY_LETTERS, blocksOf, faqPath, languageOf, ranked, TITLE_LETTERS } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const TYPED = {
  titleZh: optionalText(TITLE_LETTERS),
  titleEn: optionalText(TITLE_LETTERS),
  bodyZh: optionalText(BODY_LETTERS),
  bodyEn: optionalText(BODY_LETTERS),
  category: z.union([rowId, z.literal('')]),
  position: wholeNumber,
  seen: wholeNumber,
  act: z.enum(['save', 'preview', 'publish']),
}
type Typed = z.infer<z.ZodObject<typeof TYPED>>
const LETTERS = { title: TITLE_LETTERS, body: BODY_LETTERS }
const ASKED = {
  q: optionalText(200).optional(),
  state: z.enum([...ARTICLE_STATES, '']).optional(),
  category: z.union([rowId, z.literal('')]).optional(),
  changed: z.enum(['yes', '']).optional(),
}

/** For whoever was never on post, what changed within these days is new. */
const NEWCOMER_DAYS = 7

/** Articles: what stands and what changed for everybody; for those who write them one with its versions, and what may be done with it. */
export const articleRoutes = (deps: Deps, sources: Sources) => {
  const edits = staffOnly(deps, 'knowledge.edit')
  return new Hono<Env>()
    .get('/', staffOnly(deps, 'knowledge.read'), (c) => list(c, deps, sources))
    .get('/new', edits, async (c) => {
      const { from } = query(c, { from: rowId.optional() })
      const source = from && (await sources.wordsOf(deps, c.var.me, from as TicketId))
      return show(c, deps, null, source ? { typed: { ...EMPTY, ...filled(source) }, source } : {})
    })
    .post('/new', edits, (c) => save(c, deps, null))
    .get('/:id', edits, (c) => show(c, deps, pathId<ArticleId>(c), {}))
    .post('/:id', edits, (c) => save(c, deps, pathId<ArticleId>(c)))
    .post('/:id/withdrawal', edits, async (c) => {
      await form(c, {})
      const id = pathId<ArticleId>(c)
      await deps.transact(c.var.me.actor, (tx) => withdrawArticle(tx, id))
      return seeOther(c, `/knowledge/${id}`)
    })
    .post('/:id/versions/:version/restoration', edits, async (c) => {
      await form(c, {})
      const id = pathId<ArticleId>(c)
      const version = Number(pathId(c, 'version'))
      await deps.transact(c.var.me.actor, (tx) => restoreVersion(tx, id, version))
      return seeOther(c, `/knowledge/${id}`)
    })
}

async function list(c: Ctx, deps: Deps, { lastOnPost }: Sources): Promise<Response> {
  const { db, clock } = deps
  const { me } = c.var
  const now = clock.now()
  const { q = '', state = '', category = '', changed = '' } = query(c, ASKED)
  const [all, categories, left] = await Promise.all([
    listArticles(db),
    listCategories(db),
    lastOnPost(db, me.staffId, now),
  ])
  const edits = me.capabilities.has('knowledge.edit')
  const since = left ?? plus(now, -NEWCOMER_DAYS * DAY)
  const isChanged = (one: Listed): boolean => one.state !== 'draft' && one.stateSince > since
  const mine = all.filter((one) => edits || one.state === 'published' || (one.state === 'withdrawn' && isChanged(one)))
  const fitting = mine.filter(
    (one) =>
      (!state || one.state === state) && (!category || one.categoryId === category) && (!changed || isChanged(one)),
  )
  const articles = (q.trim() ? ranked(fitting, q) : fitting).map((one) => ({
    ...one,
    heading: one.title[languageOf(one, c.var.language)],
    to: pathOf(one, edits),
    fresh: isChanged(one),
    pending: edits && one.state === 'published' && one.draft !== one.publishedDraft,
    judged: one.yes + one.no > 0,
  }))
  return page(c, deps, 'knowledge/list', {
    articles,
    categories,
    states: ARTICLE_STATES,
    asked: { q, state, category, changed },
    edits,
    fresh: { count: mine.filter(isChanged).length, since: left },
  })
}

/** Who edits goes to the words, everybody else to what customers read; what was withdrawn is nowhere to be read. */
function pathOf({ id, state, title }: Listed, edits: boolean): string | null {
  if (edits) return `/knowledge/${id}`
  return state === 'published' ? faqPath(id, title.en || title['zh-CN']) : null
}

/** Saves, and publishes where that was pressed; what was typed comes back with the reason where it cannot be. */
async function save(c: Ctx, deps: Deps, id: ArticleId | null): Promise<Response> {
  const typed = await form(c, TYPED)
  if (typed.act === 'preview') return show(c, deps, id, { typed, preview: previewOf(typed) })
  try {
    const saved = await deps.transact(c.var.me.actor, async (tx) => {
      const article = id ?? (await beginArticle(tx, draftOf(typed)))
      if (id) await saveArticle(tx, id, draftOf(typed), typed.seen)
      if (typed.act === 'publish') await publishArticle(tx, article)
      return article
    })
    return seeOther(c, `/knowledge/${saved}`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const refused = { [error.field ?? 'form']: error }
    if (error.code !== 'knowledge.changed' || !id) return show(c, deps, id, { typed, refused }, 422)
    const theirs = await articleWith(deps.db, id)
    return show(c, deps, id, { typed: { ...typed, seen: theirs.draft }, refused, theirs }, 422)
  }
}

const draftOf = ({ titleZh, titleEn, bodyZh, bodyEn, category, position }: Typed): Draft => ({
  title: { 'zh-CN': titleZh.trim(), en: titleEn.trim() },
  body: { 'zh-CN': bodyZh, en: bodyEn },
  categoryId: category === '' ? null : (category as CategoryId),
  position,
})

const previewOf = (typed: Typed) =>
  [
    { lang: 'zh-CN', title: typed.titleZh, blocks: blocksOf(typed.bodyZh) },
    { lang: 'en', title: typed.titleEn, blocks: blocksOf(typed.bodyEn) },
  ].filter(({ title }) => title.trim())

/** What a resolved conversation gives: the need as its title, what was done under it, in the customer's language. */
const filled = (words: TicketWords) => filledFrom(words, words.solution, LETTERS)

const EMPTY = { titleZh: '', titleEn: '', bodyZh: '', bodyEn: '', category: '', position: 0, seen: 0 }

async function show(c: Ctx, deps: Deps, id: ArticleId | null, values: Values, status: 200 | 422 = 200) {
  const categories = await listCategories(deps.db)
  if (!id) return page(c, deps, 'knowledge/edit', { categories, letters: LETTERS, typed: EMPTY, ...values }, status)
  const [article, versions, said] = await Promise.all([
    articleWith(deps.db, id),
    versionsOf(deps.db, id),
    wordsAbout(deps.db, id),
  ])
  const typed = {
    titleZh: article.title['zh-CN'],
    titleEn: article.title.en,
    bodyZh: article.body['zh-CN'],
    bodyEn: article.body.en,
    category: article.categoryId ?? '',
    position: article.position,
    seen: article.draft,
  }
  const standing = versions.find(({ version }) => version === article.version)
  const shown = {
    article,
    versions,
    // Whoever writes articles needs no customer's number.
    said: said.map((one) => ({ ...one, word: maskWords(one.word) })),
    categories,
    letters: LETTERS,
    typed,
    pending: article.state === 'published' && article.draft !== article.publishedDraft,
    address: standing ? faqPath(id, standing.title.en || standing.title['zh-CN']) : null,
  }
  return page(c, deps, 'knowledge/edit', { ...shown, ...values }, status)
}
