import type { Context } from 'hono'
import { keepRange } from '../customers/queries.ts'
import { HOUR } from '../kernel/time.ts'
import { rangeHash } from '../platform/tokens.ts'
import { type Peer, peerOf, rangeOf } from '../web/address.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import type { Bearer } from './access.ts'

/** The address range that somebody asks from, as its keyed hash; null where it is not known. The address goes no further. */
export function rangeFrom(peer: Peer | undefined, { config, secret }: Pick<Deps, 'config' | 'secret'>): Buffer | null {
  const range = peer && rangeOf(peer, config)
  return range ? rangeHash(secret, range) : null
}
export const rangeHere = (c: Context<Env>, deps: Deps): Buffer | null => rangeFrom(peerOf(c), deps)

/**
 * A visitor asks or writes from here: kept before what they ask is judged, also where it is then refused. Written only
 * where it is another range than before, or an hour has passed. Gives back the bearer as it is then; whoever holds a link
 * may be anybody.
 */
export async function noteRange<B extends Bearer>(
  { transact, clock }: Pick<Deps, 'transact' | 'clock'>,
  bearer: B,
  range: Buffer | null,
): Promise<B> {
  if (bearer.kind === 'link' || !range) return bearer
  const { visitorId, range: before } = bearer
  const now = clock.now()
  if (before?.hash.equals(range) && now.getTime() - before.at.getTime() < HOUR) return bearer
  await transact(bearer.actor, (tx) => keepRange(tx, visitorId, range), 'one statement')
  return { ...bearer, range: { hash: range, at: now } }
}
