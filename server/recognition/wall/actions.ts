import type { CommendationId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { lockCommendation, setCommendation } from '../queries.ts'
import { isOnWall, storeChoice } from './queries.ts'

/** Nobody stands on the wall against their wish. */
export async function chooseWall(tx: Tx, onWall: boolean): Promise<void> {
  need(tx, 'recognition.nominate')
  const staffId = staffOf(tx)
  if ((await isOnWall(tx.db, staffId)) === onWall) return
  await storeChoice(tx, staffId, onWall)
  await announce(tx, 'wall.chosen', { staffId, onWall }, { about: ['wall', `own:${staffId}`] })
}

/** One of one's own, taken off or put back. Somebody else's is not there. @throws NotFound */
export async function showOnWall(tx: Tx, id: CommendationId, shown: boolean): Promise<void> {
  need(tx, 'recognition.nominate')
  const one = await lockCommendation(tx, id)
  if (one.staffId !== staffOf(tx) || (one.state !== 'granted' && one.state !== 'executed')) throw new NotFound()
  if ((one.hiddenAt === null) === shown) return
  await setCommendation(tx, id, { hidden_at: shown ? null : tx.now })
  const { staffId } = one
  await announce(
    tx,
    'commendation.shown',
    { commendationId: id, staffId, shown },
    { about: ['wall', `own:${staffId}`] },
  )
}
