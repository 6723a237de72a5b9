import { io, type Socket } from 'socket.io-client'
import type { Message, Said } from './customer.ts'

/** A client of the agent's protocol as server/desk/protocol.md describes one; it knows nothing else of the house. */
export type Me = {
  staffId: string
  name: string
  nameEn: string
  capabilities: string[]
  duty: { post: string; state: string; until: string } | null
  token: string
}
type Row = { ticketId: string; customerName: string; waitingOn: string; unread?: number; place?: number }
export type Desk = {
  offer: { id: string; ticketId: string; expiresAt: string; question: string } | null
  mine: Row[]
  queue: Row[]
  colleagues: { staffId: string; name: string; here: boolean; open: number }[]
  degraded: boolean
  now: string
}
export type WorkTicket = {
  id: string
  state: string
  round: number
  waitingOn: string
  mine: boolean
  epoch: number
  lastSeq: number
  with: { staffId: string; name: string } | null
  rating: { state: string; service: number | null; product: number | null } | null
  marks: Record<'customer' | 'staff', { delivered: number; read: number }>
}
export type Gaps = { tickets: { id: string; messages: Message[]; lastSeq: number }[]; degraded: boolean }
export type Answer<Body> = { status: number; body: Body }
type Fields = Readonly<Record<string, string | number>>

export type Colleague = ReturnType<typeof colleague>

/** `hears` is given every answer and every event as it came, so that a test can hold them against the document. */
export function colleague(url: string, hears: (what: unknown) => void = () => undefined) {
  const cookies = new Map<string, string>()
  let token = ''
  const cookie = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

  async function open<Body>(path: string, init: RequestInit): Promise<Answer<Body>> {
    const answer = await fetch(url + path, {
      redirect: 'manual',
      ...init,
      headers: { accept: 'application/json', 'accept-language': 'en', cookie: cookie(), ...init.headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    const text = await answer.text()
    const body = text ? JSON.parse(text) : null
    hears(body)
    return { status: answer.status, body }
  }
  const get = <Body = Said>(path: string) => open<Body>(path, {})
  const post = <Body = Said>(path: string, fields: Fields = {}, headers: Record<string, string> = {}) =>
    open<Body>(path, {
      method: 'POST',
      headers: { origin: url, 'x-token': token, ...headers },
      body: new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)])),
    })
  return {
    get,
    post,
    cookie,
    write: (id: string, message: object) =>
      open<{ seq: number; id: string; repeated: boolean } & Said>(`/tickets/${id}/messages`, {
        method: 'POST',
        headers: { origin: url, 'x-token': token, 'content-type': 'application/json' },
        body: JSON.stringify(message),
      }),
    attach: (id: string, fields: Fields, file: File) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.set(name, String(value))
      form.set('file', file)
      return open<{ seq: number; repeated: boolean } & Said>(`/tickets/${id}/files`, {
        method: 'POST',
        headers: { origin: url, 'x-token': token },
        body: form,
      })
    },
    signIn: async (login: string, password: string): Promise<Answer<Me & Said>> => {
      token = (await get<{ token: string }>('/sign-in')).body.token
      const answer = await post<Me & Said>('/sign-in', { login, password })
      if (answer.status === 200) token = answer.body.token
      return answer
    },
    desk: async () => (await get<Desk>('/desk')).body,
    ticket: async (id: string) => (await get<WorkTicket>(`/tickets/${id}`)).body,
    line: (): Promise<Socket> => {
      const socket = io(`${url}/desk`, {
        path: '/live',
        transports: ['websocket'],
        forceNew: true,
        reconnectionDelay: 20,
        reconnectionDelayMax: 100,
        extraHeaders: { cookie: cookie(), origin: url, 'accept-language': 'en' },
      })
      socket.onAny((...event) => hears(event))
      return new Promise((resolve, reject) =>
        socket.once('connect', () => resolve(socket)).once('connect_error', (error) => reject(error)),
      )
    },
  }
}
