import { io, type Socket } from 'socket.io-client'
import type { CustomerTicket } from '../../server/chat/queries.ts'

/** A client of the customer's protocol as server/chat/protocol.md describes one; it knows nothing else of the house. */
export type Message = {
  id: string
  ticketId: string
  seq: number
  author: 'customer' | 'staff' | 'house'
  clientId: string
  body: string
  name?: string
  nameEn?: string
  code?: string
  details?: Record<string, string | number>
  at: string
}
export type Ticket = CustomerTicket & { stateWords: string }
export type Answer<Body> = { status: number; body: Body; headers: Headers }
export type Said = { error: { code: string; field?: string; message: string; ticketId?: string } }

export const json = { 'content-type': 'application/json' }

/** One HTTP call of the protocol. */
export async function call<Body = Said>(
  desk: string,
  method: string,
  path: string,
  { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  const answer = await fetch(`${desk}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : json),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text ? JSON.parse(text) : null) as Body, headers: answer.headers }
}

export async function newVisitor(desk: string, language = 'en'): Promise<string> {
  const { body } = await call<{ token: string }>(desk, 'POST', '/visitors', { body: { language } })
  return body.token
}

export const aQuestion = (words: Partial<Record<string, unknown>> = {}) => ({
  clientId: crypto.randomUUID(),
  termsVersion: 1,
  language: 'en',
  name: 'Chen Wei',
  contact: '+86 138 0013 8000',
  topicId: null,
  question: 'The line has been down since midnight.',
  ...words,
})
export type Asked = { ticket: Ticket; requestUrl: string; message: { seq: number; id: string; at: string } }

/** The live line. */
export const openLine = (desk: string, auth: object, headers: Record<string, string> = {}): Socket =>
  io(`${desk}/chat`, {
    path: '/live',
    transports: ['websocket'],
    auth,
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
    ...(Object.keys(headers).length > 0 ? { extraHeaders: headers } : {}),
  })

/** The next event of this name for which `wanted` holds; fails after two seconds. */
export function next<Body = Message>(socket: Socket, name: string, wanted = (_: Body) => true): Promise<Body> {
  return new Promise((resolve, reject) => {
    const give = (outcome: () => void) => {
      clearTimeout(timer)
      socket.off(name, heard)
      outcome()
    }
    const heard = (body: Body) => {
      if (wanted(body)) give(() => resolve(body))
    }
    const timer = setTimeout(() => give(() => reject(new Error(`no ${name} within two seconds`))), 2000)
    socket.on(name, heard)
  })
}

export const ack = <Body = object>(socket: Socket, name: string, body: unknown): Promise<Body> =>
  socket.timeout(5000).emitWithAck(name, body)
