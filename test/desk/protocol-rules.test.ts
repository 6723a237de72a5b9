import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { OF_POST } from '../../server/accounts/rules.ts'
import { SHAPES } from '../../server/desk/shapes.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { standingTopics } from '../../server/topics.ts'

const protocol = fs.readFileSync(path.join(import.meta.dirname, '../../server/desk/protocol.md'), 'utf8')
const named = (word: string): boolean => new RegExp(`(?<![\\w.])${word.replace('.', '\\.')}\\b`).test(protocol)

test('the agent’s protocol names every field that a line may send', () => {
  const fields = Object.values(SHAPES).flatMap((schema) => Object.keys(schema.shape))
  expect(fields.filter((field) => !named(field))).toEqual([])
})

test('the agent’s protocol names every topic that an agent or their duty manager hears, and every alarm that has words', () => {
  const capabilities = new Set([...OF_POST.service, ...OF_POST.manager])
  const elsewhere = ['escalations', 'incidents', 'roster'] // other pages than the desk's
  const topics = standingTopics('1' as StaffId, capabilities).filter((topic) => !elsewhere.includes(topic))
  expect(
    topics.map((topic) => topic.replace('1', '<staffId>')).filter((topic) => !protocol.includes(`\`${topic}\``)),
  ).toEqual([])
  const { alarm } = JSON.parse(
    fs.readFileSync(path.join(import.meta.dirname, '../../views/reports/en.json'), 'utf8'),
  ) as { alarm: Record<string, string> }
  expect(Object.keys(alarm).filter((kind) => !named(kind))).toEqual([])
})
