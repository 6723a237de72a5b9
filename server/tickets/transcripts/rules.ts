import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'

type Asking = {
  readonly last: Date | undefined
  readonly hasAddress: boolean
  readonly now: Date
  readonly againMinutes: number
}

/** Once in so many minutes, and only where there is an address to send it to. */
export function whyNotTranscript({ last, hasAddress, now, againMinutes }: Asking): Refusal | null {
  if (!hasAddress) return refusal('tickets.no_mail_address')
  const soon = last !== undefined && plus(last, againMinutes * MINUTE) > now
  return soon ? refusal('tickets.transcript_sent', { count: againMinutes }) : null
}
