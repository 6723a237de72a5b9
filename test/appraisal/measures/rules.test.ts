import { expect, test } from 'vitest'
import {
  measureMoves,
  proposalsFor,
  whyNotCoefficient,
  whyNotDecideMeasure,
} from '../../../server/appraisal/measures/rules.ts'
import { monthsLater } from '../../../server/appraisal/months/rules.ts'

const first = { grades: [], trained: false, trial: false }
const kinds = (...asked: Parameters<typeof proposalsFor>) =>
  proposalsFor(...asked).map(({ kind, coefficient }) => (coefficient === null ? kind : `${kind} ${coefficient}`))

test('excellent is recommended a bonus of 1.2, an award and an entry in the promotion file; competent 1.0; basic 0.9 and coaching (row 70, row 71)', () => {
  expect(kinds('excellent', first)).toEqual(['bonus 1.2', 'award', 'promotion'])
  expect(kinds('competent', first)).toEqual(['bonus 1'])
  expect(kinds('basic', first)).toEqual(['bonus 0.9', 'coaching'])
})

test('a low month is a talk first, a deduction only after a second, another post only after repeated months and training; dismissal is in none (row 72)', () => {
  expect(kinds('poor', first)).toEqual(['talk'])
  expect(kinds('poor', { ...first, grades: ['competent', 'poor'] })).toEqual(['talk'])
  expect(kinds('poor', { ...first, grades: ['poor'] })).toEqual(['talk', 'deduction 0.8'])
  expect(kinds('poor', { ...first, grades: ['poor', 'poor'] })).toEqual(['talk', 'deduction 0.8'])
  expect(kinds('poor', { ...first, grades: ['poor', 'poor'], trained: true })).toEqual([
    'talk',
    'deduction 0.8',
    'post_change',
  ])
})

test('a trial month and a month without a grade have no effects', () => {
  for (const grade of ['excellent', 'poor'] as const) expect(kinds(grade, { ...first, trial: true })).toEqual([])
  expect(kinds('none', first)).toEqual([])
})

test('a coefficient stays within what the regulation names, and only what has one has one', () => {
  expect(whyNotCoefficient('bonus', 1.2)).toBeNull()
  expect(whyNotCoefficient('bonus', 1.3)).toMatchObject({ code: 'measures.bonus_bounds' })
  expect(whyNotCoefficient('deduction', 0.6)).toBeNull()
  for (const wrong of [0.5, 0.9, null])
    expect(whyNotCoefficient('deduction', wrong)).toMatchObject({ code: 'measures.deduction_bounds' })
  expect(whyNotCoefficient('talk', 0.8)).toMatchObject({ code: 'measures.no_coefficient' })
})

test('nothing is decided before the person has had their say, or their time for it is over (row 72)', () => {
  const due = new Date('2026-11-20T16:00:00Z')
  const pending = { state: 'pending', statement: null, statementDueAt: due } as const
  expect(whyNotDecideMeasure(pending, new Date(due.getTime() - 1))).toMatchObject({ code: 'measures.not_heard' })
  expect(whyNotDecideMeasure(pending, due)).toBeNull()
  expect(whyNotDecideMeasure({ ...pending, statement: '断电' }, new Date(0))).toBeNull()
  expect(whyNotDecideMeasure({ ...pending, state: 'proposed', statement: '断电' }, due)).not.toBeNull()
})

test('what the system recommends moves by people alone: nothing leads from a proposal to its execution but hands', () => {
  expect(Object.keys(measureMoves.proposed)).toEqual(['put_forward', 'withdraw'])
  expect(Object.entries(measureMoves).filter(([, moves]) => 'execute' in moves)).toHaveLength(2)
})

test('twelve months later is the same day at its end, also where the month is shorter', () => {
  expect(monthsLater(new Date('2026-11-16T10:00:00Z'), 12, 'Asia/Shanghai')).toEqual(new Date('2027-11-16T16:00:00Z'))
  expect(monthsLater(new Date('2027-03-31T02:00:00Z'), 11, 'Asia/Shanghai')).toEqual(new Date('2028-02-29T16:00:00Z'))
})
