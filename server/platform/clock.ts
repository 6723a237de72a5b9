/** The only place that reads the machine's clock. Business code gets `now` as an argument. */
export type Clock = { readonly now: () => Date }

export const systemClock: Clock = { now: () => new Date() }

/** Milliseconds that never jump, for measuring how long something took; not an instant. */
export const elapsedMilliseconds = (): number => performance.now()
