import { shown } from '../../customers/privacy/rules.ts'
import { withoutErased } from '../../kernel/erased.ts'

/** Messages in one answer, and letters of them, so that no answer is huge; whoever lacks more asks again. */
export const MESSAGES_AT_ONCE = 200
export const ANSWER_LETTERS = 256_000

/** As many of the first messages as one answer takes; at least one. */
export function fitting<Message extends { readonly body: string }>(
  messages: readonly Message[],
  letters = ANSWER_LETTERS,
): Message[] {
  let left = letters
  const over = messages.findIndex(({ body }, at) => {
    left -= body.length
    return left < 0 && at > 0
  })
  return messages.slice(0, over === -1 ? messages.length : over)
}

type Telling = { readonly body: string; readonly details?: Readonly<Record<string, string | number>> | undefined }

/** A message with other words: those of people, and those that a line of the house quotes. */
export function withWords<Message extends Telling>(message: Message, change: (words: string) => string): Message {
  const { body, details } = message
  const quoted = details?.words
  return {
    ...message,
    body: change(body),
    ...(typeof quoted === 'string' ? { details: { ...details, words: change(quoted) } } : {}),
  }
}

/** A message on the live line of a colleague who does not have the conversation: without numbers and addresses. */
export const asSeen = <Message extends Telling>(message: Message, inFull: boolean): Message =>
  withWords(message, (words) => withoutErased(shown('words', words, inFull)))
