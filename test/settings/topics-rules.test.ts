import { describe, expect, test } from 'vitest'
import type { CategoryId } from '../../server/kernel/ids.ts'
import { Refusal } from '../../server/kernel/refusal.ts'
import { readTopic, stepped, type Topic } from '../../server/settings/categories/rules.ts'

describe('topics', () => {
  const topic = (id: string, zh: string, more: Partial<Topic> = {}): Topic => ({
    id: id as CategoryId,
    parentId: null,
    name: { 'zh-CN': zh, en: `en ${zh}` },
    skill: null,
    position: Number(id),
    active: true,
    ...more,
  })
  const all = [topic('1', '宽带'), topic('2', '断网', { parentId: '1' as CategoryId }), topic('3', '账单')]
  const form = (more: object) => ({ zh: '邮箱', en: 'Mail', skill: '', above: null, ...more })
  const codeOf = (more: object, id: string | null = null): unknown => {
    const facts = readTopic(form(more), id as CategoryId | null, all)
    return facts instanceof Refusal ? `${facts.code} ${facts.field}` : facts
  }

  test('a topic has a name in both languages, a place of at most two levels, and perhaps a skill', () => {
    expect(codeOf({ skill: ' DNS ', above: '3' })).toEqual({
      name: { 'zh-CN': '邮箱', en: 'Mail' },
      parentId: '3',
      skill: 'dns',
    })
    expect(codeOf({ zh: ' ' })).toBe('settings.both_languages zh')
    expect(codeOf({ en: 'x'.repeat(41) })).toBe('settings.too_long en')
    expect(codeOf({ above: '2' })).toBe('settings.category_too_deep above')
    expect(codeOf({ above: '99' })).toBe('settings.category_too_deep above')
    expect(codeOf({ above: '3' }, '1')).toBe('settings.category_too_deep above')
    expect(codeOf({ above: '3' }, '3')).toBe('settings.category_itself above')
    expect(codeOf({ skill: 'dns, mail' })).toBe('settings.not_a_skill skill')
  })

  test('no two of one name stand at the same place, and a topic may keep its own', () => {
    expect(codeOf({ zh: '账单' })).toBe('settings.category_twice zh')
    expect(codeOf({ en: 'EN 账单' })).toBe('settings.category_twice en')
    expect(codeOf({ zh: '断网' })).toMatchObject({ name: { 'zh-CN': '断网' } })
    expect(codeOf({ zh: '账单' }, '3')).toMatchObject({ name: { 'zh-CN': '账单' } })
  })

  test('one step changes places with the neighbour under the same topic, and ends at the ends', () => {
    const [first, under, last] = all as [Topic, Topic, Topic]
    expect(stepped(all, last, -1)).toEqual(['3', '1'])
    expect(stepped(all, first, -1)).toBeNull()
    expect(stepped(all, under, 1)).toBeNull()
  })
})
