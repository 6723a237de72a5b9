import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Received = { readonly path: string; readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }
/** What the receiver does with a request; without an answer it keeps the line open. */
export type Answering = (received: Received, response: http.ServerResponse, request: http.IncomingMessage) => void

export const answers =
  (status: number, body: unknown = '', headers: http.OutgoingHttpHeaders = {}): Answering =>
  (_received, response) => {
    response.writeHead(status, headers)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
/** Takes the whole body and hangs up: nobody knows whether it counts. */
export const hangsUp: Answering = (_received, _response, request) => void request.socket.destroy()
export const neverAnswers: Answering = () => undefined

/** A real HTTP receiver on this machine that does as told; gone with its test. */
export async function openReceiver(answering: Answering = answers(200, { errcode: 0, code: 0 })) {
  const taken: Received[] = []
  let behave = answering
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const received = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces) }
      taken.push(received)
      behave(received, response, request)
    })
    request.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    behave: (next: Answering) => {
      behave = next
    },
  }
}
