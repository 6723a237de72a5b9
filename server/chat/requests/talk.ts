import { localOf } from '../../kernel/time.ts'
import type { Marks, MessageView } from '../../tickets/messages/queries.ts'

/** A conversation as its page draws it without a script: days apart, runs of one person together, the customer's last word with its mark. */
export function marked(messages: readonly MessageView[], marks: Marks, zone: string) {
  const last = messages.findLast(({ author }) => author === 'customer')?.seq
  return messages.map((message, n) => {
    const before = messages[n - 1]
    const at = new Date(message.at)
    const day = localOf(at, zone).date
    return {
      ...message,
      at,
      details: { ...message.details, at: message.details?.at ? new Date(String(message.details.at)) : undefined },
      newDay: !before || localOf(new Date(before.at), zone).date !== day,
      first: !before || before.author !== message.author || before.staffId !== message.staffId,
      mark: message.seq === last ? markOf(message.seq, marks) : null,
    }
  })
}

const markOf = (seq: number, { staff }: Marks): 'read' | 'delivered' | 'sent' =>
  staff.read >= seq ? 'read' : staff.delivered >= seq ? 'delivered' : 'sent'
