import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 bits, URL-safe. What is stored is its hash (RELIABILITY 17). */
export const newToken = (): string => randomBytes(32).toString('base64url')
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
/** Cheap test before any look-up: empty, null, arrays and other shapes match nothing. */
export const isToken = (token: unknown): token is string =>
  typeof token === 'string' && /^[A-Za-z0-9_-]{43}$/.test(token)

/** Whatever looks like a token in it, wherever it stands: an address of a private page is its key. */
export const masked = (text: string): string => text.replace(/[A-Za-z0-9_-]{32,}/g, '[token]')

/** The token that a form carries, bound to the session or pre-session cookie. */
export const formToken = (secret: Buffer, session: string): string =>
  createHmac('sha256', secret).update(`form:${session}`).digest('base64url')

/** What a browser without a script is known by among visitors: made from its cookie, so that the same browser is the same visitor. */
export const browserToken = (secret: Buffer, session: string): string =>
  createHmac('sha256', secret).update(`visitor:${session}`).digest('base64url')

/** What an address range is known by: the same range gives the same hash, and no hash gives back a range. */
export const rangeHash = (secret: Buffer, range: string): Buffer =>
  createHmac('sha256', secret).update(`range:${range}`).digest()

const CODE_DIGITS = 6
/**
 * The digits by which a phone number is proved, worked out from the stored hash of their link and kept nowhere. They open
 * nothing by themselves: they count only in the conversation that asked for them, for minutes, and a few times.
 */
export const codeOf = (secret: Buffer, tokenHash: Buffer): string =>
  String(
    createHmac('sha256', secret).update('code').update(tokenHash).digest().readUInt32BE(0) % 10 ** CODE_DIGITS,
  ).padStart(CODE_DIGITS, '0')

export const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
