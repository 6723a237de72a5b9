import type { StaffId } from '../../kernel/ids.ts'
import type { ObligationKind } from '../../kernel/obligations.ts'
import { type BriefRating, ratingsInBrief } from '../../tickets/ratings/scored/queries.ts'
import { worthOf } from '../scoring/attendance/rules.ts'
import { asShare, type Norm } from '../scoring/satisfaction/rules.ts'
import type { Evidence } from './contract.ts'
import * as facts from './queries.ts'
import { type Fact, packed } from './rules.ts'
import { expectedIn, type Kind, type Strata, strataOf } from './strata/rules.ts'

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
  gather: async (db, asked) => {
    const { nights, since } = asked
    const rates = await once(ratesRead, asked, () => facts.obligationRates(db, { from: since, to: nights.to }))
    return {
      rates: facts.ratesOfKinds(rates, kinds),
      factsOf: async (reader, people) =>
        facts.factsOfKinds(await once(factsRead, people, () => facts.obligationFacts(reader, people, nights)), kinds),
    }
  },
})

/** All items of Q are made from the same rows: they are read once for all of them. */
const ratesRead = new WeakMap<object, Promise<facts.KindRate[]>>()
const factsRead = new WeakMap<object, Promise<facts.KindFacts[]>>()
function once<Rows>(read: WeakMap<object, Promise<Rows>>, key: object, ask: () => Promise<Rows>): Promise<Rows> {
  const before = read.get(key)
  if (before) return before
  const rows = ask()
  read.set(key, rows)
  return rows
}

/** S: ratings that arrived in the month, each with what was to be expected of it; for whoever led the night those of the whole night. */
export const satisfactionEvidence: Evidence = {
  item: 'satisfaction',
  subject: 'rating',
  gather: async (reader, asked) => {
    const all = await ratingsInBrief(reader, { from: asked.since, to: asked.to, since: asked.from }, asked.zone)
    const known = strataOf(kindsOf(all))
    const ofMonth = all.filter(({ recent }) => recent)
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
        return new Map([...grouped([...own, ...night])].map(([staffId, some]) => [staffId, packed(some)]))
      },
    }
  },
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

/** One after the other: tens of thousands of them are not held twice. */
function* kindsOf(all: readonly BriefRating[]): Generator<Kind> {
  for (const { staffId, stratum, service, reason } of all)
    yield { staffId, stratum, y: asShare(service), counts: reason === null }
}

function factOf(one: BriefRating, staffId: StaffId, known: Strata, { mean }: Norm): Fact {
  const base = { ref: one.ratingId, code: String(one.service) }
  if (one.reason) return { ...base, value: null, why: one.reason, by: String(one.by) }
  return { ...base, value: asShare(one.service), expected: expectedIn(known, { staffId, stratum: one.stratum, mean }) }
}
