import { Hono } from 'hono'
import type { RecordingId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { pathId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { findStored } from './queries.ts'

/** Sound for the player of a page: in pieces where it asks for one, and never run as anything else. */
export const recordingRoutes = (deps: Deps) =>
  new Hono<Env>().get('/:id{[0-9]+}', staffOnly(deps, 'call.read'), async (c) => {
    const found = await findStored(deps.db, pathId<RecordingId>(c))
    const { me } = c.var
    // A voicemail is for whoever calls back; a talk for whoever had it and for whoever leads or looks after the night.
    const may =
      found && (found.kind === 'voicemail' || found.answeredBy === me.staffId || me.capabilities.has('customer.read'))
    if (!found || !may) throw new NotFound()
    const kept = await deps.files.get(found.file.file)
    if (!kept) throw new NotFound()
    const pieces: Buffer[] = []
    for await (const piece of kept.content) pieces.push(Buffer.from(piece as Uint8Array))
    const whole = Buffer.concat(pieces)
    c.header('content-type', found.file.type)
    c.header('content-disposition', `inline; filename="${found.name.replace(/[^\w.-]/g, '_')}"`)
    c.header('content-security-policy', "sandbox; default-src 'none'")
    c.header('cross-origin-resource-policy', 'same-origin')
    c.header('cache-control', 'private, max-age=3600')
    c.header('accept-ranges', 'bytes')
    const range = /^bytes=(\d*)-(\d*)$/.exec(c.req.header('range') ?? '')
    if (!range || (range[1] === '' && range[2] === '')) return c.body(new Uint8Array(whole))
    const last = whole.byteLength - 1
    const from = range[1] === '' ? Math.max(0, whole.byteLength - Number(range[2])) : Number(range[1])
    const to = range[1] === '' || range[2] === '' ? last : Math.min(last, Number(range[2]))
    if (from > to) {
      c.header('content-range', `bytes */${whole.byteLength}`)
      return c.body(null, 416)
    }
    c.header('content-range', `bytes ${from}-${to}/${whole.byteLength}`)
    return c.body(new Uint8Array(whole.subarray(from, to + 1)), 206)
  })
