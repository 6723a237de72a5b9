import type { StaffId } from '../../../kernel/ids.ts'
import { handledOf, type Part, ratesByPost } from '../../scoring/incidents/rules.ts'
import type { Evidence } from '../contract.ts'
import type { Fact } from '../rules.ts'
import { type IncidentPart, incidentParts } from './queries.ts'

/**
 * Row 45: seen within ten minutes; of a major one (2, INCIDENT) the next in line takes it after five. Row 50: answered and
 * closed with what was done, within 24 hours.
 */
const DEADLINES = { general: 10, major: 5, reportHours: 24 } as const

/** What the house records today of the five parts of section 3; the others join with the features that record them. */
const RECORDED = ['acknowledged', 'escalated', 'reported'] as const satisfies readonly Part[]

/** I: incidents in which somebody had a part. Parts that were not theirs, or that nobody records yet, are left out and weigh nothing. */
export const incidentEvidence: Evidence = {
  item: 'incidents',
  subject: 'incident',
  parts: RECORDED,
  gather: async (db, { nights, since }) => {
    const all = await incidentParts(db, { window: { from: since, to: nights.to }, deadlines: DEADLINES })
    const own = Map.groupBy(
      all.filter(({ openedAt }) => openedAt >= nights.from),
      ({ staffId }) => staffId,
    )
    return {
      rates: ratesByPost(all.flatMap((one) => (one.post ? [{ post: one.post, handled: handledOf(known(one)) }] : []))),
      factsOf: async (_, people) => new Map(people.flatMap((one) => entryOf(one, own.get(one) ?? []))),
    }
  },
}

const entryOf = (staffId: StaffId, parts: readonly IncidentPart[]): [StaffId, Fact[]][] =>
  parts.length === 0 ? [] : [[staffId, parts.map(factOf)]]

function factOf(one: IncidentPart): Fact {
  const parts = known(one)
  const value = handledOf(parts)
  const fact = { ref: one.incidentId, value, at: one.openedAt.toISOString() }
  return value === null ? { ...fact, why: 'no_part' } : { ...fact, parts }
}

const known = (one: IncidentPart): Partial<Record<Part, number>> =>
  Object.fromEntries(RECORDED.flatMap((part) => (one[part] === null ? [] : [[part, one[part]]])))
