import { expect, test } from 'vitest'
import { expectedWait } from '../../server/chat/rules.ts'
import { simulate } from './nights.ts'
import {
  above,
  atLeast,
  atMost,
  below,
  chosenParts,
  inOrder,
  median,
  PARTS,
  percentile,
  reportOf,
  tableOf,
} from './rules.ts'

const create = { value: 700, unit: '/s', ceiling: 2000, of: 'bare create' }

test('a figure is met where its share of the ceiling reaches the goal, and says so in the goal', () => {
  expect(atLeast('create throughput', 0.35, create).figure).toEqual({
    name: 'create throughput',
    value: 700,
    unit: '/s',
    ceiling: 2000,
    ratio: 0.35,
    goal: '≥ 0.35 × bare create',
    met: true,
  })
  expect(atLeast('create throughput', 0.36, create).figure.met).toBe(false)
  expect(atMost('message p95', 4, { value: 41, unit: 'ms', ceiling: 10, of: 'bare echo' }).figure.met).toBe(false)
  expect(below('start on fresh data', 5, { value: 4.99, unit: 's' }).figure).toMatchObject({ met: true, ratio: null })
  expect(above('covered', 0.7, { value: 0.71, unit: '' }).figure).toMatchObject({ met: true, ratio: null })
  expect(above('covered', 0.7, { value: 0.69, unit: '' }).figure.met).toBe(false)
})

test('a run whose history is wrong meets nothing, however fast it was, and the table says it aloud', () => {
  const lost = atLeast('create throughput', 0.1, { ...create, wrong: ['a was acknowledged as 1 and is not there'] })
  expect(lost.figure.met).toBe(false)
  expect(tableOf([lost])).toContain('THE HISTORY OF "create throughput" IS WRONG')
  expect(tableOf([lost])).toContain('a was acknowledged as 1 and is not there')
})

test('a ceiling that was not measured meets nothing', () => {
  expect(atMost('offer card', 10, { value: 3, unit: 'ms', ceiling: Number.NaN, of: 'bare' }).figure.met).toBe(false)
  expect(atLeast('create throughput', 0.35, { ...create, ceiling: 0 }).figure.met).toBe(false)
})

test('percentiles are those of nearest rank, and a median is not moved by one bad run', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => n + 1)
  expect(percentile(hundred, 95)).toBe(95)
  expect(percentile(hundred.toReversed(), 99)).toBe(99)
  expect(percentile([7], 50)).toBe(7)
  expect(percentile([], 95)).toBeNaN()
  expect(median([5, 1000, 6])).toBe(6)
  expect(median([4, 6])).toBe(5)
})

test('every part can be run alone, and a name that is none is refused with those that are', () => {
  expect(chosenParts([])).toEqual([...PARTS])
  expect(chosenParts(['message', 'create'])).toEqual(['create', 'message'])
  expect(() => chosenParts(['speed'])).toThrow(/no figure speed: choose from create/)
})

test('only what was asked for is told, in the order of the table', () => {
  const [memory, message] = ['memory after', 'message shown'].map((name) => below(name, 1, { value: 1, unit: 's' }))
  if (!memory || !message) throw new Error('two figures')
  expect(inOrder([memory, message], ['message', 'memory'])).toEqual([message, memory])
  expect(inOrder([memory, message], ['memory'])).toEqual([memory])
})

test('the report holds the figures and nothing else', () => {
  const report = JSON.parse(reportOf([below('start on fresh data', 5, { value: 1.23456, unit: 's' }, ['x'])]))
  expect(report).toEqual({
    figures: [
      { name: 'start on fresh data', value: 1.23, unit: 's', ceiling: null, ratio: null, goal: '≤ 5 s', met: false },
    ],
  })
})

test('in a simulated night the wait that is told covers what it takes, and the queue is one in which one waits', () => {
  const told = simulate(1, { agents: 4, hands: 3, load: 1 }, expectedWait)
  const some = told.filter(({ minutes }) => minutes !== null)
  expect(Math.max(...told.map(({ waited }) => waited))).toBeGreaterThan(10)
  expect(some.length).toBeGreaterThan(0.9 * told.length)
  expect(some.filter(({ minutes, waited }) => waited <= (minutes ?? 0)).length / some.length).toBeGreaterThan(0.7)
  expect(simulate(1, { agents: 4, hands: 3, load: 1 }, expectedWait)).toEqual(told)
})
