import { expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { publishedArticles } from '../../server/knowledge/articles/queries.ts'
import { languageOf, ranked } from '../../server/knowledge/articles/rules.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const { transact } = acts(database, handSetClock())

test('the demo company answers common questions in both languages, each under one of its topics', async () => {
  await seedDemo({ transact, config: readConfig({}) })
  const articles = await publishedArticles(database.db)
  expect(articles).toHaveLength(12)
  expect(articles.filter(({ category }) => !category)).toEqual([])
  for (const one of articles) expect([languageOf(one, 'en'), languageOf(one, 'zh-CN')]).toEqual(['en', 'zh-CN'])
  expect(ranked(articles, '发票怎么开')[0]?.title['zh-CN']).toBe('发票怎么开')
  expect(ranked(articles, 'ssh to my cloud server fails')[0]?.title.en).toBe('I cannot reach my cloud server by SSH')
})
