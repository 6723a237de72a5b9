import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AppraisalMonthId } from '../../kernel/ids.ts'
import { MINUTE } from '../../kernel/time.ts'

export type Wanted = { readonly wish: number; readonly databaseUrl: string; readonly monthId: AppraisalMonthId }
export type Told = { readonly wish: number; readonly failed?: string }

const PROGRAM = fileURLToPath(new URL('../../counting.ts', import.meta.url))
/** What a count has read it soon lets go of: more room for it would be filled before it is looked through. */
const SMALL = ['--max-semi-space-size=8']
/** To load it costs as much as to count a hundred people. */
const IDLE_MILLISECONDS = MINUTE

type Waiting = { readonly resolve: () => void; readonly reject: (reason: unknown) => void }
type Aside = { readonly child: ChildProcess; readonly waiting: Map<number, Waiting>; idle?: NodeJS.Timeout }
let aside: Aside | undefined
let wishes = 0

/**
 * Counts what of a month waits for it, in a process of its own that gives way to everybody else: whoever writes a message
 * meanwhile does not wait for sixty thousand ratings. It starts with the first wish, ends a minute after the last and never
 * outlives this one; what a death leaves goes on with the next wish. @throws where it fails
 */
export async function countAside(databaseUrl: string, monthId: AppraisalMonthId): Promise<void> {
  aside ??= openAside()
  const { child, waiting, idle } = aside
  clearTimeout(idle)
  await new Promise<void>((resolve, reject) => {
    const wish = ++wishes
    waiting.set(wish, { resolve, reject })
    child.send({ wish, databaseUrl, monthId } satisfies Wanted, (error) => error && reject(error))
  })
}

function openAside(): Aside {
  const child = fork(PROGRAM, {
    env: {},
    execArgv: [...SMALL],
    // A session of its own: in ours it would run on our account against PostgreSQL.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.unref()
  child.channel?.unref()
  const opened: Aside = { child, waiting: new Map() }
  child.on('message', ({ wish, failed }: Told) => {
    const one = opened.waiting.get(wish)
    opened.waiting.delete(wish)
    if (failed === undefined) one?.resolve()
    else one?.reject(new Error(failed))
    if (opened.waiting.size === 0) opened.idle = setTimeout(() => close(opened), IDLE_MILLISECONDS).unref()
  })
  const lost = (reason: unknown): void => {
    close(opened)
    for (const { reject } of opened.waiting.values()) reject(reason)
    opened.waiting.clear()
  }
  child.on('error', lost)
  child.on('exit', (code, signal) => lost(new Error(`the count ended with ${code ?? signal}`)))
  return opened
}

function close(opened: Aside): void {
  clearTimeout(opened.idle)
  if (aside === opened) aside = undefined
  if (opened.child.connected) opened.child.disconnect()
}
