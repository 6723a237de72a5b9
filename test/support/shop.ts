import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { freePort } from './program.ts'

/** A site of another house with this one page: to a browser `localhost` is another origin than ours. */
export async function openSite(page: string, headers: Record<string, string> = {}) {
  const html = { 'content-type': 'text/html; charset=utf-8', ...headers }
  const server = createAdaptorServer({ fetch: () => new Response(page, { headers: html }) }) as Server
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://localhost:${port}`, close: () => server.close() }
}

/** A page that brings the chat by its one script tag. */
export const shopPage = (house: string, language = ''): string =>
  `<!doctype html>${language && `<html lang="${language}">`}<title>Shop</title><p>Shop</p><script src="${house}/widget.js" async></script>`
