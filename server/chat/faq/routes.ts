import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { welcomeAgain } from '../../customers/actions.ts'
import { isId } from '../../kernel/ids.ts'
import { LANGUAGES, type Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { judgeArticle } from '../../knowledge/articles/actions.ts'
import { type PublishedArticle, publishedArticles, voteOf } from '../../knowledge/articles/queries.ts'
import { blocksOf, faqPath, languageOf, ranked } from '../../knowledge/articles/rules.ts'
import { system, visitorActor } from '../../platform/actor.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, query, rowId } from '../../web/forms.ts'
import { page, seeOther } from '../../web/page.ts'
import { senderOf, visitorsOf } from '../browser.ts'
import { gateOf } from '../gate.ts'
import { rangeHere } from '../ranges.ts'

type Ctx = Context<Env>
const SUGGESTED = 3
const WORD_LETTERS = 500
const ASKED = { q: optionalText(200).optional(), category: z.union([rowId, z.literal('')]).optional() }
const JUDGED = { helpful: z.enum(['yes', 'no']), word: optionalText(WORD_LETTERS) }

/** Answers that anybody reads, without a script and without a name. */
export function faqRoutes(deps: Deps) {
  const gate = gateOf(deps)
  return new Hono<Env>()
    .get('/', (c) => showAll(c, deps))
    .get('/suggestions', gate.pace, (c) => suggest(c, deps))
    .get('/:address', (c) => showOne(c, deps))
    .post('/:address/judgement', gate.pace, gate.newcomers, (c) => judge(c, deps))
}

const inWordsOf = (article: PublishedArticle, reader: Language) => {
  const lang = languageOf(article, reader)
  return { ...article, lang, heading: article.title[lang], path: faqPath(article.id, article.title[lang]) }
}

async function showAll(c: Ctx, deps: Deps): Promise<Response> {
  const { q = '', category = '' } = query(c, ASKED)
  const all = await publishedArticles(deps.db)
  const groups = groupsOf(all)
  const fitting = category ? all.filter(({ categoryId }) => categoryId === category) : all
  const searched = q.trim() !== ''
  const found = searched ? ranked(fitting, q) : fitting
  const shown = searched ? [{ category: null, articles: found }] : groupsOf(found)
  return page(c, deps, 'knowledge/faq', {
    asked: { q, category },
    searched,
    count: found.length,
    categories: groups.filter(({ category: name }) => name),
    groups: shown.map((one) => ({ ...one, articles: one.articles.map((each) => inWordsOf(each, c.var.language)) })),
  })
}

/** The few that share most with what somebody is typing. */
async function suggest(c: Ctx, deps: Deps): Promise<Response> {
  const { q, language } = query(c, { q: optionalText(400), language: z.enum(LANGUAGES) })
  const best = ranked(await publishedArticles(deps.db), q).slice(0, SUGGESTED)
  const articles = best
    .map((one) => inWordsOf(one, language))
    .map(({ heading: title, path, lang }) => ({ title, path, lang }))
  return c.json({ articles })
}

/** By category, each where its first article stands. */
function groupsOf(all: readonly PublishedArticle[]) {
  const ids = [...new Set(all.map(({ categoryId }) => categoryId))]
  return ids.map((id) => {
    const articles = all.filter(({ categoryId }) => categoryId === id)
    return { id, category: articles[0]?.category ?? null, articles }
  })
}

async function showOne(c: Ctx, deps: Deps): Promise<Response> {
  const article = inWordsOf(await articleAt(c, deps), c.var.language)
  const visitors = await visitorsOf(c, deps)
  return page(c, deps, 'knowledge/article', {
    article,
    foreign: article.lang !== c.var.language,
    blocks: blocksOf(article.body[article.lang]),
    judged: await voteOf(
      deps.db,
      article.id,
      visitors.map(({ id }) => id),
    ),
    wordLetters: WORD_LETTERS,
  })
}

/** The number in front of the address finds it, whatever its title was when somebody kept the link. @throws NotFound */
async function articleAt(c: Ctx, { db }: Deps): Promise<PublishedArticle> {
  const [id = ''] = (c.req.param('address') ?? '').split('-')
  const article = isId(id) ? (await publishedArticles(db)).find((one) => one.id === id) : undefined
  if (!article) throw new NotFound()
  return article
}

async function judge(c: Ctx, deps: Deps): Promise<Response> {
  const { helpful, word } = await form(c, JUDGED)
  const article = await articleAt(c, deps)
  const { language } = c.var
  const token = senderOf(c, deps.secret)
  const range = rangeHere(c, deps)
  const { visitorId, customerId } = await deps.transact(system, (tx) => welcomeAgain(tx, { token, language, range }))
  const vote = { helpful: helpful === 'yes', word: word.trim() }
  await deps.transact(visitorActor(visitorId, customerId), (tx) => judgeArticle(tx, article.id, visitorId, vote))
  return seeOther(c, `${faqPath(article.id, article.title[languageOf(article, language)])}#judgement`)
}
