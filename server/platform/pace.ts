/**
 * The first of several calls under one key goes at once; those within the pause after it are one, at its end. So the last
 * is never lost, and a flood is a trickle.
 */
export function paced(): (key: string, pauseMilliseconds: number, act: () => void) => void {
  const waiting = new Map<string, (() => void) | undefined>()
  const go = (key: string, pauseMilliseconds: number, act: () => void): void => {
    act()
    waiting.set(key, undefined)
    setTimeout(() => {
      const next = waiting.get(key)
      if (next) go(key, pauseMilliseconds, next)
      else waiting.delete(key)
    }, pauseMilliseconds).unref()
  }
  return (key, pauseMilliseconds, act) => {
    if (waiting.has(key)) waiting.set(key, act)
    else go(key, pauseMilliseconds, act)
  }
}
