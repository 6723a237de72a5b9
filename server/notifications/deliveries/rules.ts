import type { DeliveryState, NoticeImportance } from '../../events/notifications.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { SECOND } from '../../kernel/time.ts'

/** How one attempt ended. `again`: certainly not delivered, and worth another attempt. */
export type Outcome =
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly error: string; readonly again: boolean }
  | { readonly state: 'unknown'; readonly error: string }

/** Longer on its way than a request may last: its process is lost, and nobody knows whether it arrived. */
export const SENDING_SECONDS = 10
/** A letter has a longer way; its own row says what became of it. */
export const MAILING_SECONDS = 3600

const AGAIN_AFTER_SECONDS: readonly number[] = [5, 30, 120, 600]

/** Milliseconds until another attempt; null where there is none: for a duty page the next channel is quicker. */
export function againAfter(importance: NoticeImportance, attempts: number): number | null {
  const seconds = AGAIN_AFTER_SECONDS[attempts - 1]
  return importance === 'duty' || seconds === undefined ? null : seconds * SECOND
}

export const waitsForPerson = (state: DeliveryState): boolean => state === 'failed' || state === 'unknown'

/** An `unknown` one may come twice: that is a person's decision, and the page says so. */
export const whyNotSendAgain = (state: DeliveryState): Refusal | null =>
  waitsForPerson(state) ? null : refusal('notifications.not_yours_to_send')

type Answered = { readonly status: number; readonly body: string }

/** What a robot of WeCom, DingTalk or Feishu, or a gateway, means by its answer: 200 alone is no yes. */
export function outcomeOfAnswer(channel: 'robot' | 'gateway' | 'push', { status, body }: Answered): Outcome {
  if (status >= 300 && status < 400) return { state: 'failed', error: 'redirected', again: false }
  if (status === 429 || status >= 500) return { state: 'failed', error: `HTTP ${status}`, again: true }
  if (status < 200 || status >= 300) return { state: 'failed', error: `HTTP ${status}`, again: false }
  if (channel !== 'robot') return { state: 'sent' }
  const said = read(body)
  const code = said.errcode ?? said.code ?? said.StatusCode
  if (code === 0) return { state: 'sent' }
  const words = said.errmsg ?? said.msg ?? said.StatusMessage ?? body
  return { state: 'failed', error: `${String(code ?? '')} ${String(words)}`.trim().slice(0, 200), again: false }
}

function read(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // an answer that is no JSON is shown as it is
  }
}
