import { expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { HOUR, instantOf, plus, windowOf } from '../../server/kernel/time.ts'
import { judge, judgeChange, whatPublishingNeeds } from '../../server/roster/checker/rules.ts'
import { gapsOf, substitutesFor } from '../../server/roster/checker/substitutes.ts'
import type { Cell, Finding, MonthFacts, PersonFacts } from '../../server/roster/facts.ts'
import { cell, crew, LIMITS, monthOf, nightOf, person, ZONE } from '../support/month.ts'

const codes = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ code }) => code))].toSorted()
/** What is wrong with these people and cells besides what the rest of the month lacks. */
const wrong = (people: readonly PersonFacts[], cells: readonly Cell[], more: Partial<MonthFacts> = {}): string[] =>
  codes(
    judge(monthOf(people, { heads: { manager: 0, technician: 0, service: 0, guard: 0 }, ...more }), cells).filter(
      ({ weight, code }) => weight !== 'soft' || code === 'training_unrecorded',
    ),
  )
const ofHeads = ({ night, clause, post }: Finding): boolean =>
  night === nightOf(3) && clause === 'heads' && post === 'service'
const whole = (day: string) => ({
  from: instantOf(day, '00:00', ZONE),
  to: plus(instantOf(day, '00:00', ZONE), 24 * HOUR),
})

test('row 8: a night without a duty manager, with two, or with one below supervisor cannot be published', () => {
  const facts = monthOf(crew())
  const none = judge(facts, []).filter(({ night }) => night === nightOf(3))
  expect(none.filter(({ weight }) => weight === 'barred').map(({ code }) => code)).toEqual(['manager_none'])
  expect(whatPublishingNeeds(none)).toBe('barred')
  const two = judge(facts, [cell(3, 1, 'manager'), cell(3, 2, 'manager')])
  expect(codes(two)).toContain('manager_several')
  const junior = [person(1, ['manager'], { rank: 'staff' })]
  expect(codes(judge(monthOf(junior), [cell(3, 1, 'manager')]))).toContain('manager_rank')
})

test('nobody can mend a night that is over: who stood there and has left since bars nothing that is still ahead', () => {
  const left = (over: string[]) =>
    judge(monthOf(crew(), { over }), [cell(3, 99, 'manager')])
      .filter(({ night, weight }) => night === nightOf(3) && weight === 'barred')
      .map(({ code }) => code)
  expect(left([])).toEqual(['gone'])
  expect(left([nightOf(2)])).toEqual(['gone'])
  expect(left([nightOf(3)])).toEqual([])
})

test('row 5: without a head of the leadership group nothing can be published, whatever the plan says', () => {
  expect(whatPublishingNeeds(judge(monthOf(crew(), { groupHasHead: false }), []))).toBe('barred')
  expect(codes(judge(monthOf(crew(), { groupHasHead: false }), []))).toContain('group_headless')
})

test('H1: a duty manager has one named backup of the same rank, who stands nowhere that night', () => {
  const facts = monthOf([...crew(), person(7, ['manager', 'service'])])
  const led = [cell(3, 1, 'manager')]
  const on = (more: Cell[]) =>
    codes(judge(facts, [...led, ...more]).filter(({ night, clause }) => night === nightOf(3) && clause === 'backup'))
  expect(on([])).toEqual(['backup_none'])
  expect(on([cell(3, 2, 'manager', { backup: true })])).toEqual([])
  expect(on([cell(3, 2, 'manager', { backup: true }), cell(3, 3, 'manager', { backup: true })])).toEqual([
    'backup_several',
  ])
  expect(on([cell(3, 7, 'manager', { backup: true }), cell(3, 7, 'service')])).toContain('backup_on_duty')
})

test('row 20: a gap wants a reason, and with one it breaks nothing', () => {
  const facts = monthOf(crew())
  const gaps = judge(facts, [cell(3, 21)]).filter(ofHeads)
  expect(gaps).toMatchObject([{ code: 'heads_short', weight: 'hard', values: { lacks: 1, heads: 2 } }])
  const said = {
    ...facts,
    nights: facts.nights.map((night) => ({ ...night, gapReasons: { service: 'Christmas Eve is quiet' } })),
  }
  const explained = judge(said, [cell(3, 21)]).filter(ofHeads)
  expect(explained).toMatchObject([{ code: 'gap_explained', weight: 'soft' }])
})

test('H2: nobody stands on a post they are not named for, and nobody who has gone stands at all', () => {
  expect(wrong([person(21, ['service'])], [cell(3, 21, 'guard')])).toContain('post')
  expect(wrong([], [cell(3, 21)])).toContain('gone')
  expect(wrong([person(21, ['service'])], [{ ...cell(3, 21), night: '2026-11-30' }])).toContain('no_night')
})

test('row 52: a training that has run out bars, and one that was never entered does from the night on which the company records it', () => {
  const [over, never] = [
    person(21, ['service'], { trainedUntil: nightOf(9) }),
    person(22, ['service'], { trainedUntil: null }),
  ]
  expect(wrong([over], [cell(9, 21)])).toEqual([])
  expect(wrong([over], [cell(10, 21)])).toEqual(['training'])
  expect(wrong([never], [cell(10, 22)])).toEqual(['training_unrecorded'])
  const from = (night: string) => ({ limits: { ...LIMITS, trainingFrom: night } })
  expect(wrong([never], [cell(10, 22)], from('2026-12-01'))).toEqual(['training'])
  expect(wrong([never], [cell(10, 22)], from(nightOf(11)))).toEqual(['training_unrecorded'])
  expect(wrong([never], [cell(11, 22)], from(nightOf(11)))).toEqual(['training', 'training_unrecorded'])
})

test('H3: nobody stands twice at once, also beside a day shift whose end the early arrival would meet', () => {
  const mei = [person(21, ['service', 'guard'])]
  expect(wrong(mei, [cell(3, 21), cell(3, 21, 'guard')])).toContain('twice')
  const day = (from: string, to: string) => ({
    standing: [
      {
        staffId: '21' as StaffId,
        post: 'service' as const,
        kind: 'day' as const,
        from: instantOf(nightOf(3), from, ZONE),
        to: instantOf(nightOf(3), to, ZONE),
      },
    ],
  })
  expect(wrong(mei, [cell(3, 21)], day('15:00', '23:00'))).toContain('overlap')
  expect(wrong(mei, [cell(3, 21)], day('14:00', '22:00'))).toContain('overlap_early')
  expect(wrong(mei, [cell(3, 21)], day('06:00', '14:00'))).toContain('rest_short')
})

test('H4: two nights in any four and three in any seven, with the last days of the month before', () => {
  const mei = [person(21, ['service'])]
  expect(wrong(mei, [cell(3, 21), cell(4, 21), cell(6, 21)])).toContain('nights_in_four')
  expect(wrong(mei, [cell(3, 21), cell(4, 21), cell(7, 21), cell(9, 21)])).toContain('nights_in_seven')
  expect(wrong(mei, [cell(3, 21), cell(4, 21), cell(8, 21)])).toEqual([])
  const before = ['2026-11-29', '2026-11-30'].map((night) => ({
    staffId: '21' as StaffId,
    post: 'service' as const,
    kind: 'night' as const,
    from: instantOf(night, '22:00', ZONE),
    to: plus(instantOf(night, '22:00', ZONE), 8 * HOUR),
  }))
  expect(wrong(mei, [cell(1, 21)], { standing: before })).toContain('nights_in_four')
})

test('H5: whoever the law keeps from the night is “not available at night”, and no finding says more', () => {
  const young = [person(21, ['service'], { notAtNight: [{ from: '2000-01-01', to: nightOf(9) }] })]
  const found = judge(monthOf(young), [cell(9, 21)]).filter(({ staffId }) => staffId === '21')
  expect(found.map(({ code }) => code)).toContain('not_at_night')
  expect(JSON.stringify(found)).not.toMatch(/2000|birth|protect|sex/i)
  expect(wrong(young, [cell(10, 21)])).toEqual([])
})

test('H5: more hours than the law has in a day, in a week or in a month are said with their section', () => {
  const mei = [person(21, ['service'])]
  const long = monthOf(mei)
  const nights = long.nights.map((night) => ({
    ...night,
    window: { ...night.window, to: plus(night.window.to, 2 * HOUR) },
  }))
  const found = judge({ ...long, nights }, [cell(3, 21)]).filter(({ staffId }) => staffId === '21')
  expect(found.find(({ code }) => code === 'hours_day')).toMatchObject({ clause: 'day', values: { most: 8 } })
  const days = Array.from({ length: 30 }, (_, n) => ({
    staffId: '21' as StaffId,
    post: 'service' as const,
    kind: 'day' as const,
    from: instantOf(nightOf(n + 1), '08:00', ZONE),
    to: instantOf(nightOf(n + 1), '17:00', ZONE),
  }))
  const busy = wrong(mei, [cell(18, 21)], { standing: days })
  expect(busy).toEqual(expect.arrayContaining(['hours_week', 'overtime', 'rest_day']))
})

test('on the night on which the clock goes back the hour more is said and is nobody’s fault; when it goes forward nothing is wrong', () => {
  const zone = 'Europe/Berlin'
  const night = (date: string) => ({
    night: date,
    window: windowOf(date, '22:00', '06:00', zone),
    heads: { manager: 0, technician: 0, service: 1, guard: 0 },
    weekend: true,
    holiday: false,
    gapReasons: {},
  })
  const mei = person(21, ['service'])
  const of = (month: string, date: string) =>
    judge({ ...monthOf([mei]), month, zone, nights: [night(date)] }, [{ ...cell(1, 21), night: date }])
      .filter(({ clause }) => clause === 'day' || clause === 'overtime')
      .map(({ code, weight }) => `${weight} ${code}`)
  expect(of('2026-10', '2026-10-24')).toEqual(['soft clock_change'])
  expect(of('2026-03', '2026-03-28')).toEqual([])
})

test('H6: approved leave bars its nights, and the evening before it that would run into it', () => {
  const away = [person(21, ['service'], { leave: [whole(nightOf(10))] })]
  expect(wrong(away, [cell(10, 21)])).toEqual(['leave'])
  expect(wrong(away, [cell(9, 21)])).toEqual(['leave'])
  expect(wrong(away, [cell(11, 21)])).toEqual([])
})

test('H6: a locked or past cell that is gone from a plan is named', () => {
  const fixed = [cell(3, 21, 'service', { locked: true })]
  expect(wrong([person(21, ['service'])], [], { fixed })).toEqual(['fixed_gone'])
  expect(wrong([person(21, ['service'])], fixed, { fixed })).toEqual([])
})

test('a person’s most nights in a month hold, backups at home not counted', () => {
  const some = [person(1, ['manager'], { mostNights: 1 })]
  expect(wrong(some, [cell(3, 1, 'manager'), cell(10, 1, 'manager', { backup: true })])).not.toContain('most_nights')
  expect(wrong(some, [cell(3, 1, 'manager'), cell(10, 1, 'manager')])).toContain('most_nights')
})

test('a change is judged by what it newly breaks: what was wrong before is not its fault', () => {
  const people = [person(21, ['service']), person(22, ['service']), person(23, ['service'])]
  const facts = monthOf(people, { heads: { manager: 0, technician: 0, service: 1, guard: 0 } })
  const cells = [cell(3, 21), cell(4, 21), cell(6, 21), cell(10, 22)]
  const give = judgeChange(facts, cells, { out: [cell(10, 22)], in: [cell(10, 23)] })
  expect(give.filter(({ weight }) => weight !== 'soft')).toEqual([])
  const worse = judgeChange(facts, cells, { out: [cell(10, 22)], in: [cell(5, 21)] })
  expect(codes(worse)).toContain('nights_in_four')
})

test('row 24: those who may are offered, the least loaded first, and of every other it is known why not', () => {
  const people = [
    person(21, ['service']),
    person(22, ['service'], { history: { nights: 9, weekends: 0, holidays: 0, managerTurns: 0 } }),
    person(23, ['service']),
    person(24, ['guard']),
    person(25, ['service'], { leave: [whole(nightOf(10))] }),
  ]
  const { eligible, others } = substitutesFor(monthOf(people), [cell(10, 21)], cell(10, 21))
  expect(eligible.map(({ staffId }) => staffId)).toEqual(['23', '22'])
  expect(eligible[0]).toMatchObject({ now: { nights: 0, hours: 0 }, after: { nights: 1, hours: 8.3 } })
  expect(new Map(others.map(({ staffId, why }) => [staffId, codes(why)]))).toEqual(
    new Map([
      ['24', ['post']],
      ['25', ['leave']],
    ]),
  )
})

test('a gap says how many are kept away by what, and who could stand there', () => {
  const people = [person(31, ['guard'], { leave: [whole(nightOf(14))] }), person(32, ['guard'])]
  const facts = monthOf(people, { heads: { manager: 0, technician: 0, service: 0, guard: 2 } })
  const gap = gapsOf(facts, []).find(({ night }) => night === nightOf(14))
  expect(gap).toMatchObject({ lacks: 2, why: [{ code: 'leave', people: 1 }], couldStand: ['32'] })
})
