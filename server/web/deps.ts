import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import type { Post } from '../kernel/capabilities.ts'
import type { StaffId } from '../kernel/ids.ts'
import type { Clock } from '../platform/clock.ts'
import type { Files } from '../platform/files.ts'
import type { Live } from '../platform/live.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Queues } from '../platform/queue.ts'
import type { Database, Transact } from '../schema.ts'
import type { SignedIn, StaffFrame } from './env.ts'

/** What routes, sockets and jobs are built from. Made once in server/deps.ts; tests make their own with a hand-set clock. */
export type Deps = {
  readonly config: Config
  readonly db: Kysely<Database>
  readonly transact: Transact
  readonly clock: Clock
  readonly live: Live
  readonly queues: Queues
  readonly files: Files
  readonly log: Log
  readonly metrics: Metrics
  /** 32 random bytes made at the first start and kept in the database; signs form tokens. */
  readonly secret: Buffer
  /** Name of this process in presence rows. */
  readonly process: string
  /** Who a session cookie belongs to, with capabilities of role and post; undefined where it is over. */
  readonly whoIs: (sessionToken: string) => Promise<SignedIn | undefined>
  /** When somebody is on post next; null where nothing is planned. */
  readonly nextOnPost: (
    staffId: StaffId,
  ) => Promise<{ readonly post: Post; readonly from: Date; readonly to: Date } | null>
  /** What every staff page shows around its content: rail counts, tonight's line. */
  readonly staffFrame: (me: SignedIn) => Promise<StaffFrame>
}
