/** What a person may fix. The code is a dictionary key (`refusals.<code>`), the details fill its words. HTTP 422. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly details: Readonly<Record<string, string | number>>
  /** Form field that the words belong under, where there is one. */
  readonly field: string | undefined

  constructor(code: string, details: Record<string, string | number> = {}, field?: string) {
    super(code)
    this.code = code
    this.details = details
    this.field = field
  }
}

export const refusal = (code: string, details?: Record<string, string | number>, field?: string): Refusal =>
  new Refusal(code, details, field)

/** Throws the reason, if there is one: `refuse(whyNotTake(offer, tx.now))`. */
export function refuse(reason: Refusal | null): void {
  if (reason) throw reason
}

/** Someone else's record and a missing one are the same 404, byte for byte (RELIABILITY 13). */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** The caller's picture of the world is old: `stale_assignment`, `client_id_reused`. HTTP 409. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** A body, query or frame that is not of the registered shape. HTTP 400. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
  readonly code: string
  readonly field: string | undefined
  constructor(code: string, field?: string) {
    super(code)
    this.code = code
    this.field = field
  }
}

/** Signed in, but not entitled. HTTP 403. */
export class Denied extends Error {
  override readonly name: string = 'Denied'
  readonly capability: string
  constructor(capability: string) {
    super(`needs ${capability}`)
    this.capability = capability
  }
}

/** Entitled on their post, and off it now: the page says when they are on it next. HTTP 403. */
export class OffPost extends Denied {}

/** Nobody is signed in, or the token is not valid any more. HTTP 401. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated'
}

/** Too often: `too_many` for anybody, `limited` for a customer whose pace was set. HTTP 429. */
export class TooMany extends Error {
  override readonly name = 'TooMany'
  readonly retryAfterSeconds: number
  readonly code: 'too_many' | 'limited'
  /** It is their network that is limited, not they. */
  readonly network: boolean
  constructor(retryAfterSeconds: number, code: 'too_many' | 'limited' = 'too_many', network = false) {
    super(code)
    this.retryAfterSeconds = retryAfterSeconds
    this.network = network
    this.code = code
  }
}
