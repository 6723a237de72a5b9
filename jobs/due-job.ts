import type { Due, DueKind } from '../server/platform/ticker.ts'
import type { Database, Reader } from '../server/schema.ts'
import type { Deps } from '../server/web/deps.ts'

/** A job that a deadline starts: what is due, and the one act it calls. Built for a process with its own connections. */
export type DueJob = (deps: Deps) => DueKind<Database>

type How = 'direct' | 'slow' | 'queue' | 'together'

export const dueJob =
  (
    kind: string,
    list: (db: Reader, now: Date, limit: number) => Promise<readonly Due[]>,
    act: (deps: Deps) => (id: string) => Promise<unknown>,
    { direct = false, slow = false, queue = 'due', together = 1 }: Partial<Pick<DueKind<Database>, How>> = {},
  ): DueJob =>
  (deps) => {
    const run = act(deps)
    return { kind, list, direct, slow, queue, together, run: async (id) => void (await run(id)) }
  }
