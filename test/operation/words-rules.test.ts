import { describe, expect, test } from 'vitest'
import { wordsOf } from '../../server/i18n/dictionaries.ts'
import { failedJob, jobWord } from '../../server/i18n/jobs.ts'
import { LANGUAGES } from '../../server/kernel/language.ts'
import { QUEUES } from '../../server/platform/queue-names.ts'
import { jobs, longJobs } from '../../server/timetable.ts'
import type { Deps } from '../../server/web/deps.ts'

/** A house that does nothing: jobs are only asked for their names. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing })
const config = { timeZone: 'Asia/Shanghai', demo: true }
const house = new Proxy({} as Deps, { get: (_, name) => (name === 'config' ? config : nothing) })
const names = [...jobs({ wellFor: () => false }, async () => undefined), ...longJobs('')].map((job) => job(house).kind)

describe('what runs behind the pages is told in words', () => {
  test.each([...names, 'react'])('%s has its words in both languages', (name) => {
    for (const language of LANGUAGES) expect(jobWord(wordsOf(language), name), language).not.toBe(name)
  })

  test('no two jobs have the same words', () => {
    for (const language of LANGUAGES)
      expect(new Set(names.map((name) => jobWord(wordsOf(language), name))).size, language).toBe(names.length)
  })

  test('every queue has its words in both languages', () => {
    for (const queue of QUEUES)
      for (const language of LANGUAGES)
        expect(wordsOf(language)(`operation.name.${queue}`)).not.toContain('operation.name')
  })

  test('an alarm says which one failed, and a job that this version does not know keeps its name', () => {
    expect(failedJob(wordsOf('zh-CN'), 'send-mail 12')).toBe('发邮件 12')
    expect(failedJob(wordsOf('en'), 'react tickets 7')).toBe('Reactions tickets 7')
    expect(failedJob(wordsOf('en'), 'of-tomorrow 3')).toBe('of-tomorrow 3')
  })
})
