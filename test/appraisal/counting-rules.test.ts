import { expect, test } from 'vitest'
import { missedIn } from '../../server/appraisal/counting/rules.ts'
import { counted, type Fact, onceOnly } from '../../server/appraisal/evidence/rules.ts'

const INPUTS = new Map<string, readonly Fact[]>([
  [
    'quality.rounds',
    [
      { ref: '12', value: 0 },
      { ref: '13', value: 1 },
      { ref: '14', value: null, why: 'excused' },
    ],
  ],
  ['attendance', [{ ref: '12', value: 0.5 }]],
  ['incidents', [{ ref: '15', value: 0 }]],
])
const finding = (ref: string, about?: string): Fact => ({ ref, value: -2, ...(about ? { about } : {}) })
const counting = (one: Fact): Fact[] => counted(onceOnly([one], missedIn(INPUTS)))

test('a finding about what was missed already costs nothing more and says why: one event costs points once', () => {
  for (const about of ['obligation:12', 'shift:12']) {
    expect(counting(finding('1', about))).toEqual([])
    expect(onceOnly([finding('1', about)], missedIn(INPUTS))[0]).toMatchObject({ about, why: 'counted_once' })
  }
})

test('a finding about what was done, was excused, counts nowhere else or is about nothing recorded counts', () => {
  for (const about of ['obligation:13', 'obligation:14', 'obligation:15', undefined])
    expect(counting(finding('1', about))).toEqual([finding('1', about)])
})
