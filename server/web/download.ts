import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { NotFound } from '../kernel/refusal.ts'
import type { Files } from '../platform/files.ts'
import type { Env } from './env.ts'

type Kept = { readonly file: string; readonly type: string; readonly name: string }

/**
 * A file that somebody else brought, for keeping: never run or shown as a page of ours, whatever it holds (RELIABILITY 16).
 * It never changes, so the reader's own browser may keep it for the length of a conversation.
 */
export async function download(c: Context<Env>, files: Files, { file, type, name }: Kept): Promise<Response> {
  const kept = await files.get(file)
  if (!kept) throw new NotFound()
  c.header('content-type', type === 'text/plain' ? 'text/plain; charset=utf-8' : type)
  c.header('content-length', String(kept.bytes))
  c.header('content-disposition', `attachment; filename*=UTF-8''${encodeName(name)}`)
  c.header('content-security-policy', "sandbox; default-src 'none'")
  c.header('cross-origin-resource-policy', 'same-origin')
  c.header('cache-control', 'private, max-age=3600, immutable')
  return c.body(Readable.toWeb(kept.content) as ReadableStream)
}

/** RFC 8187: what `encodeURIComponent` leaves and a header may not hold is encoded as well. */
const encodeName = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
