import { Hono } from 'hono'
import { Malformed } from '../../kernel/refusal.ts'
import { hashOf, isToken } from '../../platform/tokens.ts'
import { clientAddress } from '../../web/address.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { BODY_BYTES } from '../../web/forms.ts'
import { collect } from '../../web/headers.ts'
import { turns } from '../../web/turns.ts'
import { findLine } from './queries.ts'
import { receive } from './receiving.ts'

/** One line, however many events it sends at once, never holds all the connections that pages share. */
const AT_ONCE = 4

/** Events of telephone lines, read as bytes because signatures are over those: mounted before bodies are parsed. */
export const ctiApi = (deps: Deps) => {
  const inTurn = turns(AT_ONCE)
  return new Hono<Env>().post('/api/v1/cti/:token', async (c) => {
    const token = c.req.param('token')
    const line = isToken(token) ? await findLine(deps.db, hashOf(token)) : undefined
    if (!line) return c.json({}, 404)
    const bytes = Buffer.from(await bodyOf(c.req.raw))
    const { pathname, search } = new URL(c.req.url)
    const outcome = await inTurn(line.id, () =>
      receive(deps, line, {
        header: (name) => c.req.header(name),
        bytes,
        url: deps.config.publicUrl + pathname + search,
        now: deps.clock.now(),
        address: clientAddress(c, deps.config),
      }),
    )
    if (outcome.status !== 200) return c.json({}, outcome.status)
    c.header('content-type', outcome.reply.type)
    return c.body(outcome.reply.body)
  })
}

async function bodyOf(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (Number.isNaN(announced)) throw new Malformed('too_large')
  return collect(request.body, { mostBytes: BODY_BYTES, announced })
}
