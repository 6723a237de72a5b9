import { Readable } from 'node:stream'
import { Malformed, refusal } from '../../../kernel/refusal.ts'
import { readAttachment } from '../../../platform/attachments.ts'
import type { Files } from '../../../platform/files.ts'
import { proofName } from './rules.ts'

export type Proof = { readonly file: string; readonly type: string; readonly name: string }
export const PROOF_BYTES = 10_000_000

/**
 * What shows an emergency, through the same gate as every file: told by its bytes, pictures drawn again. Stored before
 * the act that names it; `act` fails: nothing is kept.
 */
export async function withProof<T>(
  files: Files,
  given: { readonly bytes: Uint8Array; readonly name: string } | undefined,
  act: (proof: Proof | null) => Promise<T>,
): Promise<T> {
  if (!given) return act(null)
  if (given.bytes.byteLength > PROOF_BYTES) throw new Malformed('too_large', 'proof')
  const read = await readAttachment(given.bytes)
  if (typeof read === 'string') throw refusal(`tickets.file_${read}`, {}, 'proof')
  const { id } = await files.put(Readable.from([read.bytes]))
  try {
    return await act({ file: id, type: read.type, name: proofName(given.name, read.type) })
  } catch (error) {
    await files.delete(id)
    throw error
  }
}
