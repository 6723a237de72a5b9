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

/** A message on the live line of a colleague who does not have the conversation: without numbers and addresses. */
export const asSeen = <Message extends { readonly body: string }>(message: Message, inFull: boolean): Message => ({
  ...message,
  body: withoutErased(shown('words', message.body, inFull)),
})
