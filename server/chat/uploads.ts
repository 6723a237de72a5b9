import type { MiddlewareHandler } from 'hono'
import { NotFound, Unauthenticated } from '../kernel/refusal.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { bearerOf } from './access.ts'
import { gateOf } from './gate.ts'

/** Before a file of a customer is read: nobody without a request of their own, and nobody too often, makes us hold so much. */
export const ofCustomers =
  (deps: Deps): MiddlewareHandler<Env> =>
  async (c, next) => {
    const { db, clock } = deps
    if (c.req.method !== 'POST') return next()
    const api = c.req.path.startsWith('/api/')
    const token = api ? /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] : c.req.param('token')
    const bearer = await bearerOf(db, token, clock.now())
    if (bearer) {
      gateOf(deps).files(bearer)
      return next()
    }
    if (api) throw new Unauthenticated()
    throw new NotFound()
  }
