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

export async function runPrompts<DB>(
  announced: readonly Announcement[],
  { prompts, transact, log }: Options<DB>,
): Promise<void> {
  const due = prompts.filter(({ after }) => announced.some(({ name }) => after.includes(name)))
  for (const { act } of due)
    await transact(system, act).catch((error) =>
      log.warn({ reason: String(error) }, 'a prompt failed, its reaction follows'),
    )
}
