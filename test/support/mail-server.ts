import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

export type MailServer = {
  readonly url: string
  /** What it took, as it came over the line. */
  readonly taken: string[]
  /** Breaks every line that is open. */
  readonly drop: () => void
}

/** A real mail server that does as told; gone with its test. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const taken: string[] = []
  const lines = new Set<Socket>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _session, done) => {
      let text = ''
      stream.on('data', (piece) => {
        text += String(piece)
      })
      stream.on('end', () => {
        taken.push(text)
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  server.server.on('connection', (line) => lines.add(line))
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  onTestFinished(() => void server.close(() => undefined))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    taken,
    drop: () => {
      for (const line of lines) line.destroy()
    },
  }
}

export type Mail = { readonly headers: ReadonlyMap<string, string>; readonly text: string; readonly html: string }

/** A letter as its reader's program takes it apart: headers in one line each, text and HTML in plain letters. */
export function readMail(raw: string): Mail {
  const [headers] = apart(raw)
  const parts = partsOf(raw)
  const of = (type: string): string => {
    const part = parts.find(([own]) => own.get('content-type')?.startsWith(type))
    return part ? decoded(part[1], part[0].get('content-transfer-encoding')) : ''
  }
  return { headers, text: of('text/plain'), html: of('text/html') }
}

/** Also of parts within parts, as a letter with a file has them. */
function partsOf(raw: string): (readonly [Map<string, string>, string])[] {
  const [headers, body] = apart(raw)
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1]
  if (!boundary) return [[headers, body]]
  return body
    .split(`--${boundary}`)
    .slice(1, -1)
    .flatMap((part) => partsOf(part.trimStart()))
}

function apart(raw: string): readonly [Map<string, string>, string] {
  const at = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, at)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())]
  })
  return [new Map(headers), raw.slice(at + 4)]
}

const words = (value: string): string =>
  value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString() : quoted(text.replaceAll('_', ' ')),
    )

function decoded(body: string, encoding = '7bit'): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  return encoding === 'quoted-printable' ? quoted(body.replace(/=\r\n/g, '')) : body
}

const quoted = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString()
