import type { MiddlewareHandler } from 'hono'
import type { StaffId } from '../../kernel/ids.ts'
import { SECOND } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { storeSeen } from './queries.ts'

/** As often as sockets are written down. */
const AGAIN_AFTER_SECONDS = 5

/**
 * Whoever asks for the desk is there, also where sockets are blocked: the page then asks every few seconds, and that is
 * its pulse. A page that asks for nothing is seen by its socket alone.
 */
export function seenByPage({ db, clock, process, log }: Deps): MiddlewareHandler<Env> {
  const written = new Map<StaffId, number>()
  return async (c, next) => {
    await next()
    const { me } = c.var as Partial<Env['Variables']>
    const now = clock.now()
    if (!me?.capabilities.has('desk.work')) return
    const since = now.getTime() - (written.get(me.staffId) ?? Number.NEGATIVE_INFINITY)
    if (since >= 0 && since < AGAIN_AFTER_SECONDS * SECOND) return
    written.set(me.staffId, now.getTime())
    await storeSeen(db, process, [me.staffId], now).catch((error) =>
      log.warn({ reason: String(error) }, 'a page was not noted as seen'),
    )
  }
}
