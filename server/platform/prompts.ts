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
  readonly act: (tx: Tx<DB>) => Promise<unknown>
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
  const again = new Set<Prompt<DB>>()
  let stopped = false
  const pass = async (prompt: Prompt<DB>): Promise<void> => {
    do {
      again.delete(prompt)
      await transact(system, prompt.act).catch((error) =>
        log.warn({ reason: String(error) }, 'a prompt failed, its reaction follows'),
      )
      if (again.has(prompt)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
    } while (again.has(prompt) && !stopped)
    running.delete(prompt)
  }
  return {
    after: (announced) => {
      for (const prompt of prompts) {
        if (stopped || !announced.some(({ name }) => prompt.after.includes(name))) continue
        if (running.has(prompt)) again.add(prompt)
        else running.set(prompt, pass(prompt))
      }
    },
    stop: async () => {
      stopped = true
      await Promise.all(running.values())
    },
  }
}
