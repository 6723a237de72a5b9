/** Runs at most `count` acts of one key at a time; the others wait their turn in the order they came. */
export type Turns = <T>(key: string, act: () => Promise<T>) => Promise<T>

/** So that nobody, however much they send at once, holds what all share: connections, locks, memory. */
export function turns(count: number): Turns {
  const lines = new Map<string, { running: number; waiting: (() => void)[] }>()
  return async (key, act) => {
    const line = lines.get(key) ?? { running: 0, waiting: [] }
    lines.set(key, line)
    if (line.running >= count) await new Promise<void>((resolve) => line.waiting.push(resolve))
    else line.running++
    try {
      return await act()
    } finally {
      const next = line.waiting.shift()
      if (next) next()
      else if (--line.running === 0) lines.delete(key)
    }
  }
}

/**
 * What one writer says in one conversation, in the order in which it came: of two words on their way at once the second
 * may have less to wait for. The key names both.
 */
export const wordsInTurn = turns(1)
