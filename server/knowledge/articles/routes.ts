import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { ArticleId, CategoryId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { listCategories } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { beginArticle, publishArticle, restoreVersion, saveArticle, withdrawArticle } from './actions.ts'
import { articleWith, type Draft, listArticles, versionsOf, wordsAbout } from './queries.ts'
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
const ASKED = {
  q: optionalText(200).optional(),
  state: z.enum([...ARTICLE_STATES, '']).optional(),
  category: z.union([rowId, z.literal('')]).optional(),
}

/** Articles for those who write them: the list, one with its versions, and what may be done with it. */
export const articleRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'knowledge.edit')
  return new Hono<Env>()
    .get('/', edits, (c) => list(c, deps))
    .get('/new', edits, (c) => show(c, deps, null, {}))
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

async function list(c: Ctx, deps: Deps): Promise<Response> {
  const { db } = deps
  const { q = '', state = '', category = '' } = query(c, ASKED)
  const [all, categories] = await Promise.all([listArticles(db), listCategories(db)])
  const fitting = all.filter((one) => (!state || one.state === state) && (!category || one.categoryId === category))
  const articles = (q.trim() ? ranked(fitting, q) : fitting).map((one) => ({
    ...one,
    heading: one.title[languageOf(one, c.var.language)],
    pending: one.state === 'published' && one.draft !== one.publishedDraft,
    judged: one.yes + one.no > 0,
  }))
  return page(c, deps, 'knowledge/list', {
    articles,
    categories,
    states: ARTICLE_STATES,
    asked: { q, state, category },
  })
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

const EMPTY = { titleZh: '', titleEn: '', bodyZh: '', bodyEn: '', category: '', position: 0, seen: 0 }

async function show(c: Ctx, deps: Deps, id: ArticleId | null, values: Values, status: 200 | 422 = 200) {
  const categories = await listCategories(deps.db)
  const letters = { title: TITLE_LETTERS, body: BODY_LETTERS }
  if (!id) return page(c, deps, 'knowledge/edit', { categories, letters, typed: EMPTY, ...values }, status)
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
    said,
    categories,
    letters,
    typed,
    pending: article.state === 'published' && article.draft !== article.publishedDraft,
    address: standing ? faqPath(id, standing.title.en || standing.title['zh-CN']) : null,
  }
  return page(c, deps, 'knowledge/edit', { ...shown, ...values }, status)
}
