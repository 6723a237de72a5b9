import type { StaffId } from '../../kernel/ids.ts'
import type { ObligationKind } from '../../kernel/obligations.ts'
import type { Reader } from '../../schema.ts'
import { ratingsForScore, type ScoredRating } from '../../tickets/ratings/standing/queries.ts'
import { worthOf } from '../scoring/attendance/rules.ts'
import { handledOf } from '../scoring/incidents/rules.ts'
import { expectedOf, type Group, type Norm, type Stratum } from '../scoring/satisfaction/rules.ts'
import type { Evidence } from './contract.ts'
import * as facts from './queries.ts'
import type { Fact } from './rules.ts'

/** A: how each due shift was come to. */
export const attendanceEvidence: Evidence = {
  item: 'attendance',
  subject: 'shift',
  gather: async (_, asked) => ({
    factsOf: async (db, people) => {
      const found = await facts.shiftFacts(db, people, asked)
      return grouped(
        found.map(({ staffId, shiftId, post, night, arrival, minutesLate }) => {
          const code = arrival ?? 'absent'
          const fact: Fact = { ref: shiftId, value: worthOf(code, minutesLate), post, at: night, code }
          return [staffId, minutesLate > 0 ? { ...fact, minutes: minutesLate } : fact]
        }),
      )
    },
  }),
}

/** The notes of duty managers, shift by shift. */
export const noteEvidence: Evidence = {
  item: 'notes',
  subject: 'note',
  gather: async (_, asked) => ({ factsOf: (db, people) => facts.noteFacts(db, people, asked) }),
}

/** One item of Q: what was owed of some kinds. Whoever brings new obligations adds a line of this to `evidence`. */
export const obligationsAs = (name: string, kinds: readonly ObligationKind[]): Evidence => ({
  item: `quality.${name}`,
  subject: 'obligation',
  gather: async (db, { nights, since }) => ({
    rates: await facts.obligationRates(db, { kinds, window: { from: since, to: nights.to } }),
    factsOf: (reader, people) => facts.obligationFacts(reader, people, { kinds, window: nights }),
  }),
})

/** S: ratings that arrived in the month, each with what was to be expected of it; for whoever led the night those of the whole night. */
export const satisfactionEvidence: Evidence = {
  item: 'satisfaction',
  subject: 'rating',
  gather: async (reader, asked) => {
    const all = await ratingsForScore(reader, { from: asked.since, to: asked.to }, asked.zone)
    const known = strataOf(all)
    const ofMonth = all.filter(({ givenAt }) => givenAt >= asked.from)
    const byPerson = Map.groupBy(ofMonth, ({ staffId }) => staffId)
    const byShift = Map.groupBy(ofMonth, ({ shiftId }) => shiftId)
    return {
      ratings: { mean: known.mean, groups: known.groups },
      factsOf: async (db, people, norm) => {
        const led = await facts.shiftsLedBy(db, people, asked)
        const night = led.flatMap(({ managerId, shiftId }) =>
          (byShift.get(shiftId as never) ?? [])
            .filter(({ staffId }) => staffId !== managerId)
            .map((one) => [managerId, factOf(one, managerId, known, norm)] as const),
        )
        const own = people.flatMap((staffId) =>
          (byPerson.get(staffId) ?? []).map((one) => [staffId, factOf(one, staffId, known, norm)] as const),
        )
        return grouped([...own, ...night])
      },
    }
  },
}

/** Row 45: acknowledged within ten minutes; of a major one (2, INCIDENT) the next in line takes it after five. */
const ACKNOWLEDGE = { general: 10, major: 5 } as const

/** I: incidents in which somebody had a part; parts that nobody records yet are left out. */
export const incidentEvidence: Evidence = {
  item: 'incidents',
  subject: 'incident',
  gather: async (reader, { nights, since }) => ({
    rates: await facts.incidentRate(reader, {
      window: { from: since, to: nights.to },
      minutes: ACKNOWLEDGE,
    }),
    factsOf: async (db: Reader, people) => {
      const found = await facts.incidentFacts(db, people, { window: nights, minutes: ACKNOWLEDGE })
      return grouped(
        found.map(({ staffId, incidentId, acknowledgedInTime, openedAt }) => {
          const value = acknowledgedInTime === null ? null : handledOf({ acknowledged: acknowledgedInTime ? 1 : 0 })
          const fact: Fact = { ref: incidentId, value, at: openedAt.toISOString() }
          return [staffId, value === null ? { ...fact, why: 'no_part' } : fact]
        }),
      )
    },
  }),
}

/** P: what was granted in the month is a good finding; what an excellent month said itself is not counted a second time. */
export const commendationEvidence: Evidence = {
  item: 'findings.commendations',
  subject: 'commendation',
  gather: async (_, { from, to }) => ({ factsOf: (db, people) => facts.commendationFacts(db, people, { from, to }) }),
}

/** A false record that was proven in the month is a finding of the weight that its decision gives it. */
export const falseRecordEvidence: Evidence = {
  item: 'findings.records',
  subject: 'case',
  gather: async (_, { from, to }) => ({ factsOf: (db, people) => facts.falseRecordFacts(db, people, { from, to }) }),
}

const grouped = (pairs: readonly (readonly [StaffId, Fact])[]): Map<StaffId, Fact[]> =>
  new Map(
    [...Map.groupBy(pairs, ([staffId]) => staffId)].map(([staffId, some]) => [staffId, some.map(([, one]) => one)]),
  )

type Strata = {
  readonly mean: number | null
  readonly groups: readonly Group[]
  readonly of: ReadonlyMap<string, Stratum>
  readonly own: ReadonlyMap<string, Stratum>
}

/** What ratings of each kind of request say on the whole, and each person's part in it. */
function strataOf(all: readonly ScoredRating[]): Strata {
  const of = new Map<string, { sum: number; count: number }>()
  const own = new Map<string, { sum: number; count: number }>()
  const groups = new Map<StaffId, { sum: number; count: number; squares: number }>()
  let sum = 0
  let count = 0
  for (const { staffId, stratum, y, exclusion } of all) {
    if (exclusion || !staffId) continue
    sum += y
    count++
    add(of, stratum, y)
    add(own, `${staffId}/${stratum}`, y)
    const group = groups.get(staffId) ?? { sum: 0, count: 0, squares: 0 }
    groups.set(staffId, { sum: group.sum + y, count: group.count + 1, squares: group.squares + y * y })
  }
  return { mean: count === 0 ? null : sum / count, groups: [...groups.values()], of, own }
}

function add(strata: Map<string, { sum: number; count: number }>, key: string, y: number): void {
  const known = strata.get(key)
  if (!known) strata.set(key, { sum: y, count: 1 })
  else {
    known.sum += y
    known.count++
  }
}

const NOTHING: Stratum = { sum: 0, count: 0 }

function factOf(one: ScoredRating, staffId: StaffId, { of, own }: Strata, { mean }: Norm): Fact {
  const base = { ref: one.ratingId, code: String(one.service), at: one.givenAt.toISOString() }
  if (one.exclusion) return { ...base, value: null, why: one.exclusion.reason, by: String(one.exclusion.by) }
  const whole = of.get(one.stratum) ?? NOTHING
  const mine = own.get(`${staffId}/${one.stratum}`) ?? NOTHING
  const expected = expectedOf({ sum: whole.sum - mine.sum, count: whole.count - mine.count }, mean)
  // Kept as it was counted: so many digits are more than enough, and the same for ever.
  return { ...base, value: one.y, expected: Math.round(expected * 1e6) / 1e6 }
}
