import { once } from 'node:events'
import net from 'node:net'

/** One kept-alive HTTP/1.1 connection for a load program: it must cost the machine less than what it measures. */
export type Wire = {
  readonly send: (request: Request) => Promise<Answer>
  readonly close: () => void
}
export type Request = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}
export type Answer = { readonly status: number; readonly body: Buffer }

const HEAD_END = Buffer.from('\r\n\r\n')
const NEW_LINE = Buffer.from('\r\n')
const ANSWER_WITHIN_MILLISECONDS = 30_000

/** Asked several things at once it asks one after the other; a connection that the server closed in a pause is opened anew. */
export async function openWire(origin: string): Promise<Wire> {
  const { hostname, port, host } = new URL(origin)
  const queue: Asked[] = []
  let received = Buffer.alloc(0)
  let waiting: Asked | undefined
  let ended = false
  let socket = open()
  await once(socket, 'connect')

  function open(): net.Socket {
    const line = net.connect({ host: hostname, port: Number(port), noDelay: true })
    line.setTimeout(ANSWER_WITHIN_MILLISECONDS, () => line.destroy(waiting && new Error('no answer')))
    line.on('data', (bytes) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes])
      const read = readAnswer(received)
      if (!read) return
      received = received.subarray(read.length)
      const asked = waiting
      waiting = undefined
      next()
      asked?.resolve(read)
    })
    line.on('error', fail)
    line.on('close', () => line === socket && fail(new Error('the connection was closed')))
    return line
  }
  function fail(error: Error): void {
    const asked = waiting
    waiting = undefined
    received = Buffer.alloc(0)
    asked?.reject(error)
    next()
  }
  function next(): void {
    waiting ??= queue.shift()
    if (!waiting || waiting.isSent || ended) return
    if (socket.destroyed || socket.readableEnded) socket = open()
    waiting.isSent = true
    socket.write(waiting.bytes)
  }
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        queue.push({ bytes: bytesOf(request, host), isSent: false, resolve, reject })
        next()
      }),
    close: () => {
      ended = true
      socket.destroy()
    },
  }
}

type Asked = {
  readonly bytes: string
  isSent: boolean
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

function bytesOf({ method, path, headers = {}, body }: Request, host: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}${length}\r\n${body ?? ''}`
}

/** The first whole answer in these bytes and how long it is; undefined while more is to come. */
export function readAnswer(bytes: Buffer): (Answer & { readonly length: number }) | undefined {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase()
  const status = Number(head.slice(9, 12))
  const from = headEnd + HEAD_END.length
  if (status === 204 || status === 304) return { status, body: Buffer.alloc(0), length: from }
  if (head.includes('\r\ntransfer-encoding: chunked')) {
    const chunked = readChunks(bytes, from)
    return chunked && { status, ...chunked }
  }
  const length = from + Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0)
  return bytes.length < length ? undefined : { status, body: bytes.subarray(from, length), length }
}

function readChunks(bytes: Buffer, from: number): { body: Buffer; length: number } | undefined {
  const chunks: Buffer[] = []
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf(NEW_LINE, at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const begin = lineEnd + NEW_LINE.length
    const end = begin + size + NEW_LINE.length
    if (bytes.length < end) return undefined
    if (size === 0) return { body: Buffer.concat(chunks), length: end }
    chunks.push(bytes.subarray(begin, begin + size))
    at = end
  }
}

/** What a run of talk sends first is not timed. */
export const WARM_UP_MILLISECONDS = 500
