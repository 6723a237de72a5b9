import type { MiddlewareHandler } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import type { RouterRoute } from 'hono/types'
import type { Env } from './env.ts'

type Routes = readonly Pick<RouterRoute, 'method' | 'path'>[]

/**
 * Where a reader stands, as path and query. A page that answers an act (a form refused, an error) has the act's address,
 * which nobody can open: there it is the page that the form was on, as the browser names it, else the nearest one above.
 */
export function standing(routes: () => Routes, isOurOrigin: (origin: string) => boolean): MiddlewareHandler<Env> {
  let known: TrieRouter<true> | undefined
  // Asked for late: routes are still being added when this is.
  const isPage = (path: string) => {
    known ??= pagesOf(routes())
    return known.match('GET', path)[0].length > 0
  }
  return async (c, next) => {
    c.set('here', () => {
      if (c.req.method === 'GET' || c.req.method === 'HEAD') return c.req.path + new URL(c.req.url).search
      const from = URL.parse(c.req.header('referer') ?? '')
      return from && isOurOrigin(from.origin) && isPage(from.pathname)
        ? from.pathname + from.search
        : nearestPage(c.req.path, isPage)
    })
    await next()
  }
}

/** The path itself where a page has it, else the first above it that is one. */
export function nearestPage(path: string, isPage: (path: string) => boolean): string {
  if (path === '' || path === '/') return '/'
  return isPage(path) ? path : nearestPage(path.slice(0, path.lastIndexOf('/')), isPage)
}

function pagesOf(routes: Routes): TrieRouter<true> {
  const pages = new TrieRouter<true>()
  for (const { method, path } of routes) if (method === 'GET' && !path.endsWith('*')) pages.add('GET', path, true)
  return pages
}
