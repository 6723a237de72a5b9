import { ERASED } from '../../kernel/erased.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { MINUTE } from '../../kernel/time.ts'

export type MailState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'kept' | 'dropped'

/** A letter that is on its way for longer than this has lost its process: nobody knows whether it arrived. */
export const SENDING_MINUTES = 2

/** Waits between attempts that were refused for now; after the last it has failed. */
const AGAIN_AFTER_MINUTES: readonly number[] = [0.5, 2, 10, 30]

/** Milliseconds until the next attempt, null where there is none. */
export const againAfter = (attempts: number): number | null => {
  const minutes = AGAIN_AFTER_MINUTES[attempts - 1]
  return minutes === undefined ? null : minutes * MINUTE
}

const UNSENT: readonly MailState[] = ['kept', 'failed', 'unknown']
/** A person's turn: the house does nothing more about it by itself. */
export const waitsForPerson = (state: MailState): boolean => UNSENT.includes(state)

type Seen = {
  readonly state: MailState
  readonly recipient: string | null
  readonly linkUntil: Date | null
  readonly text: string
}

/** Sending an `unknown` one again may deliver it twice: that is a person's decision, and the page says so. */
export function whyNotSendAgain(mail: Seen, now: Date): Refusal | null {
  if (!waitsForPerson(mail.state)) return refusal('notifications.not_yours_to_send')
  if (!mail.recipient) return refusal('notifications.no_address')
  if (mail.text === ERASED) return refusal('notifications.words_gone')
  return isOver(mail, now) ? refusal('notifications.link_over') : null
}

export function whyNotShowLink(mail: Seen, now: Date): Refusal | null {
  if (!waitsForPerson(mail.state)) return refusal('notifications.not_yours_to_show')
  return isOver(mail, now) ? refusal('notifications.link_over') : null
}

export const isOver = ({ linkUntil }: { linkUntil: Date | null }, now: Date): boolean =>
  linkUntil !== null && linkUntil <= now
