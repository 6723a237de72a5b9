import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { newToken } from '../platform/tokens.ts'
import { currentTrace, traced } from '../platform/trace.ts'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'

/** Asked every few seconds by machines, or by every page for its style: counted, not told. */
const NOT_TOLD = /^\/(healthz|readyz|metrics)$|^unmatched$/

/**
 * One line a request, by its route and never by its address (a private page's address is its key), with who asked and
 * which events it announced; the same goes into the metrics.
 */
export const toldRequests =
  ({ log, metrics }: Pick<Deps, 'log' | 'metrics'>): MiddlewareHandler<Env> =>
  (c, next) => {
    const requestId = newToken().slice(0, 12)
    c.set('requestId', requestId)
    return traced({ requestId }, async () => {
      const start = performance.now()
      await next()
      const milliseconds = performance.now() - start
      const { method } = c.req
      const { status } = c.res
      const route = routeOf(c)
      metrics.request({ method, route, status, milliseconds })
      if (NOT_TOLD.test(route) && status < 500) return
      const events = currentTrace()?.events ?? []
      const line = { method, route, status, ms: Math.round(milliseconds), staff: c.var.me?.staffId, events }
      log.info(events.length > 0 ? line : { ...line, events: undefined }, 'request')
    })
  }

/** The pattern of the route that answered, such as `/requests/:token`; `unmatched` where none did, or a file. */
export function routeOf(c: Context<Env>): string {
  const route = routePath(c)
  return route.endsWith('*') ? 'unmatched' : route
}
