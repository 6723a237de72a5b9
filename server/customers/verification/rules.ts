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
