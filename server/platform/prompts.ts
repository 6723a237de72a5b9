import type { EventName } from '../events/event.ts'
import { system } from './actor.ts'
import type { Log } from './log.ts'
import type { Announcement, Transact, Tx } from './transaction.ts'

/**
 * What the acting process does at once after a commit in which one of these events was announced: idempotent, in a
 * transaction of its own. Where it fails, the reaction of the same feature does it a moment later (DESIGN 3.4).
 */
export type Prompt<DB> = {
  readonly after: readonly EventName[]
  readonly act: (tx: Tx<DB>, after: readonly EventName[]) => Promise<unknown>
}

type Options<DB> = { readonly prompts: readonly Prompt<DB>[]; readonly transact: Transact<DB>; readonly log: Log }
export type Prompts = {
  readonly after: (announced: readonly Pick<Announcement, 'name'>[]) => void
  /** Resolves when the last act has ended. */
  readonly stop: () => Promise<void>
}

/** Between two passes: under a flood of acts most of them are then served together. */
const PAUSE_MILLISECONDS = 20

/** One pass at a time for each prompt: acts that come meanwhile are served together by one more. */
export function openPrompts<DB>({ prompts, transact, log }: Options<DB>): Prompts {
  const running = new Map<Prompt<DB>, Promise<void>>()
  /** What has been announced since the running pass began. */
  const again = new Map<Prompt<DB>, Set<EventName>>()
  let stopped = false
  const pass = async (prompt: Prompt<DB>): Promise<void> => {
    do {
      const after = [...(again.get(prompt) ?? [])]
      again.delete(prompt)
      await transact(system, (tx) => prompt.act(tx, after)).catch((error) =>
        log.warn({ reason: String(error) }, 'a prompt failed, its reaction follows'),
      )
      if (again.has(prompt)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
    } while (again.has(prompt) && !stopped)
    running.delete(prompt)
  }
  return {
    after: (announced) => {
      for (const prompt of prompts) {
        const heard = announced.flatMap(({ name }) => (prompt.after.includes(name) ? [name] : []))
        if (stopped || heard.length === 0) continue
        again.set(prompt, new Set([...(again.get(prompt) ?? []), ...heard]))
        if (!running.has(prompt)) running.set(prompt, pass(prompt))
      }
    },
    stop: async () => {
      stopped = true
      await Promise.all(running.values())
    },
  }
}
