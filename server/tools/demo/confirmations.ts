import { sql } from 'kysely'
import type { ShiftId, StaffId } from '../../kernel/ids.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { noteDone, owe } from '../../obligations/actions.ts'
import type { Owed } from '../../obligations/queries.ts'
import { getShift } from '../../roster/queries.ts'
import { listCandidates } from '../../roster/swaps/eligibility/queries.ts'
import { listCovers } from '../../roster/swaps/judging.ts'
import type { Tx } from '../../schema.ts'

type Night = { readonly id: ShiftId; readonly staffId: StaffId; readonly post: string; readonly from: Date }

/**
 * The demo company's roster was published yesterday: most have said yes, some have not looked, one cannot, and some have
 * found somebody. Told once, of whatever nights are ahead.
 */
export async function tellConfirmations(tx: Tx, zone: string): Promise<void> {
  const { rows } = await sql<Night>`
    select s.id, s.staff_id as "staffId", s.post, s.starts_at as "from" from shifts s
    where s.kind = 'night' and s.starts_at > ${plus(tx.now, 3 * HOUR)} order by s.starts_at, s.id`.execute(tx.db)
  const people = [...new Set(rows.map(({ staffId }) => staffId))]
  const asked = plus(tx.now, -26 * HOUR)
  await tx.db
    .insertInto('shift_confirmations')
    .values(rows.map((night) => rowOf(night, people.indexOf(night.staffId), asked)))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const owed = rows.flatMap((night): { owed: Owed; answer: Answer; at: Date; by: StaffId }[] => {
    const answer = answerOf(people.indexOf(night.staffId))
    if (answer === 'unsent') return []
    const dueAt = plus(answer === 'waiting' ? plus(tx.now, -6 * HOUR) : asked, 24 * HOUR)
    const what = { kind: 'shift_confirmation', subject: `shift:${night.id}`, path: '/roster/confirmations' } as const
    const one = { ...what, staffId: night.staffId, shiftId: night.id, opensAt: asked, dueAt }
    return [{ owed: one, answer, at: plus(asked, 3 * HOUR), by: night.staffId }]
  })
  const answered = ({ answer }: { answer: Answer }): boolean => answer === 'yes' || answer === 'no'
  await noteDone(tx, owed.filter(answered))
  await owe(tx, ...owed.filter((one) => !answered(one)).map((one) => one.owed))
  await tellSwaps(tx, rows, zone)
}

type Answer = 'yes' | 'waiting' | 'silent' | 'unsent' | 'no'
const PATTERN: readonly Answer[] = ['yes', 'yes', 'waiting', 'yes', 'no', 'yes', 'yes', 'silent', 'yes', 'unsent']
const answerOf = (at: number): Answer => PATTERN[at % PATTERN.length] ?? 'yes'

function rowOf({ id, staffId, from }: Night, at: number, asked: Date) {
  const answer = answerOf(at)
  const delivered = answer === 'waiting' ? plus(asked, 20 * HOUR) : answer === 'unsent' ? null : asked
  const said = answer === 'yes' || answer === 'no' ? plus(asked, 3 * HOUR) : null
  const waits = answer === 'waiting' && delivered
  return {
    shift_id: id,
    staff_id: staffId,
    state: STATES[answer],
    asked_at: asked,
    late_published: from < plus(asked, 72 * HOUR),
    delivered_at: delivered,
    seen_at: answer === 'yes' || answer === 'no' ? plus(asked, 2 * HOUR) : null,
    due_at: delivered && plus(delivered, 24 * HOUR),
    nudges: answer === 'silent' ? 3 : answer === 'waiting' ? 1 : 0,
    next_at: waits ? plus(delivered, 12 * HOUR) : null,
    answered_at: said,
    answered_by: said ? staffId : null,
    how: said ? ('person' as const) : null,
    cannot_reason: answer === 'no' ? '孩子学校有活动 / An event at my child’s school' : null,
  }
}
const STATES = {
  yes: 'confirmed',
  waiting: 'notified',
  silent: 'unconfirmed',
  unsent: 'notified',
  no: 'swap_needed',
} as const

/** One waits for HR, one for the other, one is done, one was declined; of the latest nights whose rules leave somebody. */
async function tellSwaps(tx: Tx, nights: readonly Night[], zone: string): Promise<void> {
  const giving = nights.filter(({ post, from }) => post === 'service' && from > plus(tx.now, 72 * HOUR)).toReversed()
  const wanted = ['hr_review', 'awaiting_substitute', 'applied', 'substitute_declined'] as const
  const people = [...new Set(giving.map(({ staffId }) => staffId))]
  const used = new Set<StaffId>()
  let n = 0
  for (const night of giving) {
    const state = wanted[n]
    if (!state || used.has(night.staffId)) continue
    // What has ended is history: the rules are not asked about it any more.
    const open = state === 'hr_review' || state === 'awaiting_substitute'
    const others = people.filter((one) => one !== night.staffId && !used.has(one))
    const substitute = open ? await whoMay(tx, night, used, zone) : others[0]
    if (!substitute) continue
    used.add(night.staffId)
    used.add(substitute)
    const begun = plus(tx.now, -(5 + n) * HOUR)
    const [from, to] = state === 'applied' ? [substitute, night.staffId] : [night.staffId, substitute]
    await tx.db
      .insertInto('swaps')
      .values({
        state,
        requester_id: from,
        shift_id: night.id,
        substitute_id: to,
        back_shift_id: null,
        reason: REASONS[n] ?? '',
        made_at: begun,
        asked_at: begun,
        accepted_at: state === 'hr_review' || state === 'applied' ? plus(begun, HOUR) : null,
        applied_at: state === 'applied' ? plus(begun, 2 * HOUR) : null,
        ended_at: state === 'substitute_declined' ? plus(begun, HOUR) : null,
        answer: state === 'substitute_declined' ? '那天已经有安排 / I have plans that day' : null,
        next_at: state === 'hr_review' || state === 'awaiting_substitute' ? plus(night.from, -24 * HOUR) : null,
      } as never)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    n += 1
  }
}
const REASONS = [
  '孩子学校有活动 / An event at my child’s school',
  '要去外地看父母 / Visiting my parents',
  '牙科手术 / A dentist’s appointment',
  '搬家 / Moving house',
]

async function whoMay(
  tx: Tx,
  { id, staffId }: Night,
  used: ReadonlySet<StaffId>,
  zone: string,
): Promise<StaffId | undefined> {
  const shift = await getShift(tx.db, id)
  const people = await listCandidates(tx.db, shift.night)
  const fits = (await listCovers(tx.db, shift, people, { now: tx.now, zone })).filter((one) => one.id !== staffId)
  return fits.find((one) => !used.has(one.id))?.id
}
