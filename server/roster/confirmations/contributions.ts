import type { StaffId } from '../../kernel/ids.ts'
import type { OfShift } from '../../obligations/contributors.ts'
import type { Deps } from '../../web/deps.ts'
import type { Insert } from '../../web/inserts.ts'
import { getShift } from '../queries.ts'
import { findAsked, listOfPerson } from './queries.ts'

/** REGULATION row 22: whoever was asked owes an answer, from the moment the question has arrived. */
export const confirmationOfShift: OfShift = async (db, shiftId) => {
  const shift = await getShift(db, shiftId).catch(() => undefined)
  const asked = shift && (await findAsked(db, shiftId))
  if (!asked?.dueAt || asked.staffId !== shift?.staffId || asked.state !== 'notified') return []
  return [
    {
      kind: 'shift_confirmation',
      staffId: asked.staffId,
      post: asked.post,
      subject: `shift:${shiftId}`,
      opensAt: asked.deliveredAt,
      dueAt: asked.dueAt,
      path: '/roster/confirmations',
    },
  ]
}

/** On a person's own page, while an answer of theirs is waited for; hidden until then. */
export async function confirmationCard({ db, clock }: Pick<Deps, 'db' | 'clock'>, staffId: StaffId): Promise<Insert> {
  const now = clock.now()
  const open = (await listOfPerson(db, staffId, now)).filter(
    ({ state, from }) => (state === 'notified' || state === 'unconfirmed') && from > now,
  )
  const [first] = open
  const due = open.map(({ dueAt }) => dueAt).filter((at) => at !== null)
  return {
    view: 'confirmations/card',
    part: 'card',
    values: {
      open: open.length,
      first,
      last: open.at(-1),
      dueAt: due.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
    },
  }
}
