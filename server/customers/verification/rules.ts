import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'

export type Asked = { readonly askedAt: Date; readonly expiresAt: Date }

/**
 * RELIABILITY 17: an address that nobody has proved gets one fixed letter in so many minutes. By itself the house asks again
 * only once the last link is over: whoever typed a stranger's address shall not fill their mailbox with it.
 */
export function mayAsk(
  last: Asked | undefined,
  { now, againMinutes, pressed }: { now: Date; againMinutes: number; pressed: boolean },
): boolean {
  if (!last) return true
  if (plus(last.askedAt, againMinutes * MINUTE) > now) return false
  return pressed || last.expiresAt <= now
}

/** So many wrong codes, and only a new one is read. */
export const CODE_TRIES = 5

/** Digits as people type them: with spaces, or of a Chinese keyboard. */
export const readCode = (typed: string): string => typed.normalize('NFKC').replace(/[\s-]/g, '')

export type Pending = { readonly askedAt: Date; readonly tries: number }

/** Whether a code is waited for now. */
export const isAwaited = ({ askedAt, tries }: Pending, now: Date, codeMinutes: number): boolean =>
  tries < CODE_TRIES && plus(askedAt, codeMinutes * MINUTE) > now

type Wish = { readonly number: string | undefined; readonly canText: boolean; readonly verified: boolean }
/** Why no code is sent. */
export function whyNotCode({ number, canText, verified }: Wish): Refusal | null {
  if (!canText) return refusal('customers.no_texts')
  if (!number) return refusal('customers.no_number')
  return verified ? refusal('customers.number_proved') : null
}
