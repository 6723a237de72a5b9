const known = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * What several pieces of one page ask for is read once. `of` lives as long as the request (its SignedIn); what an act
 * of the same request changes must not have been asked for before it.
 */
export function once<T>(of: object, key: string, read: () => Promise<T>): Promise<T> {
  const mine = known.get(of) ?? new Map<string, Promise<unknown>>()
  known.set(of, mine)
  const before = mine.get(key)
  if (before) return before as Promise<T>
  const reading = read()
  mine.set(key, reading)
  return reading
}
