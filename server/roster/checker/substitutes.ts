import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { HOUR } from '../../kernel/time.ts'
import type { Cell, Finding, MonthFacts, PersonFacts } from '../facts.ts'
import { tenths } from './finding.ts'
import { type Duty, type Ground, groundOf } from './ground.ts'
import { dutiesOf } from './person.ts'
import { adding, keyOf } from './rules.ts'

export type Load = { readonly nights: number; readonly hours: number }
export type Substitute = {
  readonly staffId: StaffId
  readonly name: string
  /** Nights and hours of this month, the early arrival and the paid break among them; as they stand, and with this night. */
  readonly now: Load
  readonly after: Load
  /** Nights of six months and of this one: what they are ordered by. */
  readonly load: number
  /** Named to stand ready for whoever leads this night (H1). */
  readonly backup?: boolean
  /** Soft findings that it would bring. */
  readonly but: readonly Finding[]
}
export type NoSubstitute = { readonly staffId: StaffId; readonly name: string; readonly why: readonly Finding[] }
export type Substitutes = { readonly eligible: readonly Substitute[]; readonly others: readonly NoSubstitute[] }

/** Row 24: who may legally stand in for a cell, least load first, and of all others of the post why not. */
export function substitutesFor(facts: MonthFacts, cells: readonly Cell[], cell: Cell): Substitutes {
  const ground = groundOf(facts)
  const rest = cells.filter((one) => keyOf(one) !== keyOf(cell))
  const eligible: Substitute[] = []
  const others: NoSubstitute[] = []
  for (const person of facts.people) {
    if (person.id === cell.staffId) continue
    const findings = adding(facts, rest, { ...cell, staffId: person.id, locked: false })
    const why = findings.filter(({ weight }) => weight !== 'soft')
    if (why.length > 0) others.push({ staffId: person.id, name: person.name, why })
    else eligible.push(substitute(ground, person, { rest, cell, but: findings }))
  }
  return {
    eligible: eligible.sort((a, b) => a.load - b.load || a.now.hours - b.now.hours || byId(a, b)),
    others: others.sort((a, b) => a.why.length - b.why.length || byId(a, b)),
  }
}

type Standing = { rest: readonly Cell[]; cell: Cell; but: readonly Finding[] }
function substitute(ground: Ground, person: PersonFacts, { rest, cell, but }: Standing): Substitute {
  const theirs = rest.filter(({ staffId }) => staffId === person.id)
  const now = loadOf(ground, person.id, theirs)
  const after = loadOf(ground, person.id, [...theirs, { ...cell, staffId: person.id }])
  return { staffId: person.id, name: person.name, now, after, load: person.history.nights + now.nights, but }
}

/** Nights and paid hours of the month, with what stands already. */
export function loadOf(ground: Ground, staffId: StaffId, cells: readonly Cell[]): Load {
  const { from, to } = ground.month
  const duties = dutiesOf(ground, staffId, cells).filter(({ arrives }) => arrives >= from && arrives < to)
  const hours = duties.reduce((sum, duty) => sum + (duty.to - duty.arrives) / HOUR, 0)
  return { nights: duties.filter(isNight).length, hours: tenths(hours) }
}
const isNight = ({ night }: Duty): boolean => night !== null

const byId = (a: { staffId: StaffId }, b: { staffId: StaffId }): number => Number(a.staffId) - Number(b.staffId)

/** Who could fill an empty place, and by what the others are barred: the words of a gap. */
export type Gap = {
  readonly night: string
  readonly post: Post
  readonly backup: boolean
  readonly lacks: number
  /** How many people of the post each finding keeps away, the most frequent first; nobody of the post: empty. */
  readonly why: readonly { readonly code: string; readonly people: number }[]
  readonly couldStand: readonly StaffId[]
}

export function whyGap(
  facts: MonthFacts,
  cells: readonly Cell[],
  gap: Pick<Gap, 'night' | 'post' | 'backup' | 'lacks'>,
): Gap {
  const counts = new Map<string, number>()
  const couldStand: StaffId[] = []
  for (const person of facts.people) {
    if (!person.posts.includes(gap.post)) continue
    const cell: Cell = { night: gap.night, post: gap.post, backup: gap.backup, staffId: person.id, locked: false }
    const codes = new Set(
      adding(facts, cells, cell)
        .filter(({ weight }) => weight !== 'soft')
        .map(({ code }) => code),
    )
    if (codes.size === 0) couldStand.push(person.id)
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  const why = [...counts].map(([code, people]) => ({ code, people })).sort((a, b) => b.people - a.people)
  return { ...gap, why, couldStand }
}

/** Every empty place of a plan, with its reasons. */
export function gapsOf(facts: MonthFacts, cells: readonly Cell[]): Gap[] {
  const { nights } = groundOf(facts)
  const of = Map.groupBy(cells, ({ night }) => night)
  return [...nights.values()].flatMap(({ night, heads }) =>
    (Object.entries(heads) as [Post, number][]).flatMap(([post, count]) => {
      const here = of.get(night)?.filter((cell) => cell.post === post) ?? []
      const lacks = count - here.filter(({ backup }) => !backup).length
      const alone = post === 'manager' && count > 0 && !here.some(({ backup }) => backup)
      return [
        ...(lacks > 0 ? [whyGap(facts, cells, { night, post, backup: false, lacks })] : []),
        ...(alone ? [whyGap(facts, cells, { night, post, backup: true, lacks: 1 })] : []),
      ]
    }),
  )
}
