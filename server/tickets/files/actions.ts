import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { TicketId } from '../../kernel/ids.ts'
import { Malformed } from '../../kernel/refusal.ts'
import { readAttachment } from '../../platform/attachments.ts'
import type { Files } from '../../platform/files.ts'
import type { Reader } from '../../schema.ts'
import type { Accepted } from '../messages/actions.ts'
import { countFiles, findSent, noteIncoming } from './queries.ts'
import { FILE_BYTES, FILES_A_TICKET, type FileDetails, fileName, whyNotAttach } from './rules.ts'

export type SentFile = { readonly clientId: string; readonly name: string; readonly bytes: Uint8Array }
type Sending = {
  readonly db: Reader
  readonly files: Files
  readonly now: Date
  readonly ticketId: TicketId
  /** As in `messages.author`. */
  readonly author: string
  readonly sent: SentFile
  /** Writes the message in its own transaction, and forgets the incoming file there. */
  readonly post: (word: { clientId: string; body: string; file: FileDetails }) => Promise<Accepted>
}

/**
 * One file as one message, exactly once: the same client id again returns the first. Stored first, then named; what is
 * stored and never named is swept within the hour.
 * @throws Refusal tickets.file_empty | file_type | file_broken | file_too_many; whatever `post` throws
 */
export async function sendFile({ db, files, now, ticketId, author, sent, post }: Sending): Promise<Accepted> {
  const before = await findSent(db, ticketId, author, sent.clientId)
  if (before) return { ...before, repeated: true }
  if (sent.bytes.byteLength > FILE_BYTES) throw new Malformed('too_large', 'file')
  if ((await countFiles(db, ticketId)) >= FILES_A_TICKET) throw whyNotAttach('too_many')
  const read = await readAttachment(sent.bytes)
  if (typeof read === 'string') throw whyNotAttach(read)
  const { bytes, ...about } = read
  const id = randomBytes(16).toString('hex')
  await noteIncoming(db, id, now)
  const stored = await files.put(Readable.from([bytes]), { id })
  const file = { file: id, bytes: stored.bytes, ...about }
  try {
    const accepted = await post({ clientId: sent.clientId, body: fileName(sent.name, about.type), file })
    if (accepted.repeated) await files.delete(id)
    return accepted
  } catch (error) {
    await files.delete(id)
    throw error
  }
}
