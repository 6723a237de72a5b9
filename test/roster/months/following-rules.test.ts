import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { mergePlans, metOf, takenBack, withBackups } from '../../../server/roster/months/following/rules.ts'
import { differencesOf } from '../../../server/roster/months/rules.ts'
import type { StoredCell } from '../../../server/roster/months/tables.ts'

const cell = (day: number, who: string, more: Partial<StoredCell> = {}): StoredCell => ({
  night: `2026-12-${String(day).padStart(2, '0')}`,
  post: 'service',
  staffId: who as StaffId,
  backup: false,
  locked: false,
  ...more,
})
const plain = (cells: readonly StoredCell[]) =>
  cells.map(({ night, staffId, post, backup }) => `${night} ${staffId} ${post} ${backup}`).toSorted()

test('what HR was writing stays beside a swap of another night, and the swap stands in the plan', () => {
  const published = [cell(3, 'mei'), cell(10, 'chen')]
  const plan = [cell(3, 'an'), cell(10, 'chen')]
  const standing = [cell(3, 'mei'), cell(10, 'wei')]
  expect(plain(mergePlans({ published, plan, standing }))).toEqual(plain([cell(3, 'an'), cell(10, 'wei')]))
})

test('where both have changed the same night, both stand, and the night is named', () => {
  const published = [cell(3, 'mei')]
  const plan = [cell(3, 'an')]
  const standing = [cell(3, 'wei')]
  expect(plain(mergePlans({ published, plan, standing }))).toEqual(plain([cell(3, 'an'), cell(3, 'wei')]))
  const met = metOf(differencesOf(standing, plan), differencesOf(published, standing))
  expect([...met]).toEqual(['2026-12-03'])
})

test('a lock of HR stays on a cell that somebody else has changed', () => {
  const merged = mergePlans({
    published: [cell(3, 'mei')],
    plan: [cell(3, 'mei', { locked: true })],
    standing: [cell(3, 'mei', { post: 'guard' })],
  })
  expect(merged).toEqual([cell(3, 'mei', { post: 'guard', locked: true })])
})

test('whoever stands now is no backup of the same night any more', () => {
  const published = [cell(3, 'zhou', { post: 'manager' }), cell(3, 'wei', { post: 'manager', backup: true })]
  const standing = [cell(3, 'wei', { post: 'manager' })]
  expect(withBackups(standing, published)).toEqual(standing)
})

test('taking back an edit does not take back what was published since', () => {
  const [then, now] = [[cell(3, 'mei')], [cell(3, 'wei')]]
  // HR had taken Mei out and put An in; meanwhile Mei gave the night to Wei.
  expect(takenBack([cell(3, 'mei')], [cell(3, 'mei'), cell(3, 'an')], { then, now })).toEqual([])
  expect(takenBack([cell(3, 'mei')], [cell(3, 'mei'), cell(3, 'an')], { then, now: then })).toEqual([cell(3, 'mei')])
})

test('whatever both change, nothing that HR wrote is lost, and what HR left alone says what stands', () => {
  const someCell = fc.record({
    day: fc.integer({ min: 1, max: 4 }),
    who: fc.constantFrom('mei', 'an', 'wei'),
    post: fc.constantFrom('service' as const, 'guard' as const),
  })
  const cells = fc
    .uniqueArray(someCell, { selector: ({ day, who }) => `${day} ${who}`, maxLength: 10 })
    .map((all) => all.map(({ day, who, post }) => cell(day, who, { post })))
  fc.assert(
    fc.property(cells, cells, cells, (published, plan, standing) => {
      const merged = mergePlans({ published, plan, standing })
      const has = (all: readonly StoredCell[], one: StoredCell): boolean => plain(all).includes(plain([one])[0] ?? '')
      for (const { came, went } of differencesOf(published, plan)) {
        for (const one of came) expect(has(merged, { ...one, locked: false })).toBe(true)
        for (const one of went) expect(has(merged, { ...one, locked: false })).toBe(false)
      }
      expect(new Set(merged.map(({ night, staffId }) => `${night} ${staffId}`)).size).toBe(merged.length)
      expect(plain(mergePlans({ published, plan: published, standing }))).toEqual(plain(standing))
      expect(plain(mergePlans({ published, plan, standing: published }))).toEqual(plain(plan))
    }),
  )
})
