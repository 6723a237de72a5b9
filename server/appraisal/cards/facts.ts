import type { AppraisalId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import { notesNamed } from '../notes/queries.ts'
import { getAppraisal, inputsOf } from '../queries.ts'
import { type Handled, PARTS, type Part } from '../scoring/incidents/rules.ts'
import { BEHAVIOURS } from '../scoring/quality/rules.ts'
import { inputOf, seenFacts } from './queries.ts'
import { one as oneDecimal, openTo } from './rules.ts'
import { revisionSeen, sightOf } from './show.ts'

/** The rows that one figure was counted from, each as far as its reader may open it. @throws NotFound */
export async function factsShown(
  { db }: Deps,
  me: SignedIn,
  { id, item, asked }: { id: AppraisalId; item: string; asked: number | null },
) {
  const one = await getAppraisal(db, id)
  const sight = await sightOf(db, me, one)
  const revision = await revisionSeen(db, one, { mine: sight.mine, asked })
  const input = await inputOf(db, { id, revision, item })
  if (!input) throw new NotFound()
  const { subject } = input
  const facts = (await inputsOf(db, id, revision)).get(item) ?? []
  const refs = facts.map(({ ref }) => ref)
  const seen = await seenFacts(db, subject, refs)
  const notes = new Map((subject === 'note' ? await notesNamed(db, refs) : []).map((note) => [note.id, note]))
  const rows = facts.map((fact) => ({
    ...fact,
    left: fact.value === null,
    worth: worthIn(subject, fact.value),
    parts: partsOf(fact.parts ?? {}),
    expects: fact.expected === undefined ? null : oneDecimal(fact.expected * 100),
    seen: openTo(me, seen.get(fact.ref)),
    note: notes.get(fact.ref),
  }))
  const left = rows.filter((row) => row.left).length
  return { one, item, subject, sight, revision, rows, behaviours: BEHAVIOURS, left }
}

/** Of each part of an incident that was theirs, what it brought of what it is worth. */
const partsOf = (handled: Handled) =>
  (Object.keys(PARTS) as Part[]).flatMap((part) => {
    const value = handled[part]
    return value === undefined ? [] : [{ part, points: Math.round(value * PARTS[part] * 10) / 10, most: PARTS[part] }]
  })

const worthIn = (subject: string, value: number | null): string | null => {
  if (value === null) return null
  if (subject === 'incident') return oneDecimal(value)
  return subject === 'rating' || subject === 'note' ? oneDecimal(value * 100) : value.toFixed(2)
}
