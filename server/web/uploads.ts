import type { Context, MiddlewareHandler } from 'hono'
import { Malformed } from '../kernel/refusal.ts'
import type { Body, Env, UploadedFile } from './env.ts'
import { collect } from './headers.ts'

/**
 * Reads a form with files, for the one path it is mounted on and up to its own limit, before `readBody` would refuse it.
 * As strict as any form: what is doubled, unknown or not UTF-8 is a 400. Mount the guard before it: nobody without the
 * right makes us hold so much.
 */
export const readUpload =
  (mostBytes: number): MiddlewareHandler<Env> =>
  async (c, next) => {
    const contentType = c.req.header('content-type') ?? ''
    if (c.req.method === 'POST' && /^multipart\/form-data\s*;/i.test(contentType))
      c.set('body', await bodyOf(c.req.raw, contentType, mostBytes))
    return next()
  }

/** The file of a field, undefined where nobody chose one; a file under any other name is a 400. */
export function uploaded(c: Context<Env>, name: string): UploadedFile | undefined {
  const files = c.var.body?.kind === 'form' ? (c.var.body.files ?? new Map<string, UploadedFile>()) : undefined
  for (const other of files?.keys() ?? []) if (other !== name) throw new Malformed('unknown_field', other)
  return files?.get(name)
}

async function bodyOf({ headers, body }: Request, contentType: string, mostBytes: number): Promise<Body> {
  try {
    const announced = Number(headers.get('content-length') ?? 0)
    return await parse(await collect(body, { mostBytes, announced }), contentType)
  } catch (reason) {
    if (reason instanceof Malformed) return { kind: 'refused', reason }
    throw reason
  }
}

async function parse(bytes: Uint8Array, contentType: string): Promise<Body> {
  const fields = new URLSearchParams()
  const files = new Map<string, UploadedFile>()
  for (const [name, value] of await entries(bytes, contentType)) {
    if (typeof value === 'string') {
      // Bytes that are no UTF-8 arrive as this letter.
      if (value.includes('\ufffd') || name.includes('\ufffd')) throw new Malformed('encoding')
      fields.append(name, value)
      continue
    }
    // A field for a file that nobody chose is sent without a name and without a byte.
    if (value.name === '' && value.size === 0) continue
    if (files.has(name)) throw new Malformed('doubled_field', name)
    files.set(name, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return { kind: 'form', fields, files }
}

async function entries(bytes: Uint8Array, contentType: string): Promise<FormData> {
  try {
    return await new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } }).formData()
  } catch {
    throw new Malformed('form_expected') // a TypeError says that the parts are not as announced
  }
}
