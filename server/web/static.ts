import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'

const CHECKOUT = path.join(import.meta.dirname, '../..')
const PUBLIC = path.join(CHECKOUT, 'public')
const resolve = createRequire(import.meta.url).resolve

/** What pages load from packages, by the address they load it at. */
const LIBRARIES: Readonly<Record<string, string>> = {
  '/lib/htmx.js': packaged('htmx.org', 'dist/htmx.min.js'),
  '/lib/hx-csp.js': packaged('htmx.org', 'dist/ext/hx-csp.min.js'),
  '/lib/socket.io.js': packaged('socket.io-client', 'dist/socket.io.esm.min.js'),
}
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
}
const COMPRESSED = /^(text|image\/svg|application\/manifest)/

type Loaded = { type: string; etag: string; plain: Buffer; gzip: Buffer | undefined; brotli: Buffer | undefined }

/** Style sheets, scripts and icons: read and compressed once, asked for again by their ETag. */
export const staticRoutes = ({ config }: Pick<Deps, 'config'>) => {
  const loaded = new Map<string, Loaded>()
  const files = addresses()
  return new Hono<Env>().get('*', async (c, next) => {
    const file = files.get(c.req.path)
    if (!file) return next()
    // While somebody works on the files each request reads them anew.
    const entry = (config.demo ? undefined : loaded.get(file)) ?? load(file)
    loaded.set(file, entry)
    c.header('etag', entry.etag)
    c.header('cache-control', 'no-cache')
    c.header('cross-origin-resource-policy', 'same-origin')
    if (c.req.header('if-none-match') === entry.etag) return c.body(null, 304)
    c.header('content-type', entry.type)
    c.header('vary', 'Accept-Encoding')
    const accepted = c.req.header('accept-encoding') ?? ''
    const coded =
      /\bbr\b/.test(accepted) && entry.brotli ? 'br' : /\bgzip\b/.test(accepted) && entry.gzip ? 'gzip' : undefined
    if (coded) c.header('content-encoding', coded)
    const bytes = coded === 'br' ? entry.brotli : coded === 'gzip' ? entry.gzip : entry.plain
    return c.body(new Uint8Array(bytes ?? entry.plain))
  })
}

function addresses(): Map<string, string> {
  const own = fs
    .globSync('**/*', { cwd: PUBLIC })
    .filter((file) => TYPES[path.extname(file)])
    .map((file): [string, string] => [`/${file.split(path.sep).join('/')}`, path.join(PUBLIC, file)])
  return new Map([...own, ...Object.entries(LIBRARIES)])
}

/** Lines that are comments and nothing else, of one line or several. */
const COMMENTS = /^[ \t]*(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)[ \t]*\n/gm

/** Comments are for whoever works on a script, not for the line of a customer's phone. */
function bytesOf(file: string): Buffer {
  const own = file.startsWith(PUBLIC) && file.endsWith('.js')
  return own ? Buffer.from(fs.readFileSync(file, 'utf8').replace(COMMENTS, '')) : fs.readFileSync(file)
}

function load(file: string): Loaded {
  const plain = bytesOf(file)
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream'
  const small = COMPRESSED.test(type)
  return {
    type,
    plain,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    gzip: small ? gzipSync(plain) : undefined,
    brotli: small ? brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) : undefined,
  }
}

// Packages with an exports map do not resolve their own files, so from the folder of what they do resolve.
function packaged(name: string, file: string): string {
  const entry = resolve(name)
  const folder = entry.slice(
    0,
    entry.lastIndexOf(path.join('node_modules', name)) + path.join('node_modules', name).length,
  )
  return path.join(folder, file)
}
