import { io, type Socket } from 'socket.io-client'
import type { Message } from '../support/customer.ts'
import type { Line } from '../support/history.ts'
import type { Fire } from './program-under-fire.ts'

/** What an agent has in hand: whose it is now, and under which epoch. */
type Work = { readonly ticketId: string; readonly epoch: number }
type Letter = { readonly ticketId: string; readonly epoch: number; readonly clientId: string; readonly body: string }
type Answer = { seq: number } | { error: { code: string } }

export type Agent = Awaited<ReturnType<typeof agentOnPost>>

/**
 * An agent at a desk that keeps to its own rules: what is not acknowledged is sent again, what is missing is asked for.
 * Signs in, goes on post, lets so many offers run out and takes the others, answers, and hands over now and then.
 */
export async function agentOnPost(
  { url, ask }: Pick<Fire, 'url' | 'ask'>,
  { login, ignores, random }: { login: string; ignores: number; random: () => number },
) {
  const form = browser(url)
  const [me] = await ask<{ id: string; shift: string }>(
    `select p.id, s.id as shift from staff p join shifts s on s.staff_id = p.id and s.during @> now() where p.login = $1`,
    [login],
  )
  if (!me) throw new Error(`${login} has no shift now`)
  await form.read('/sign-in')
  await form.post('/sign-in', { login, password: 'nightdesk' })
  await form.read('/duty')
  const { status } = await form.post('/duty/check-in', { shift: me.shift })
  if (status !== 303) throw new Error(`${login} cannot go on post: ${status}`)
  const socket: Socket = io(`${url}/desk`, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    extraHeaders: { cookie: form.cookie(), origin: url },
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
  })
  const shown = new Map<string, Map<number, Message>>()
  const sent: Letter[] = []
  const waiting = new Map<string, Letter>()
  const acknowledged: { ticketId: string; clientId: string; seq: number }[] = []
  const refused: Letter[] = []
  const ignored = new Set<string>()

  const request = async <Body>(name: string, body: object): Promise<Body> => {
    for (;;) {
      const answer = await socket.timeout(2000).emitWithAck(name, body)
      if (answer.error?.code !== 'too_many') return answer
      await new Promise((resolve) => setTimeout(resolve, answer.error.retryAfterSeconds * 1000))
    }
  }
  const show = (message: Message): void => {
    const screen = shown.get(message.ticketId) ?? new Map<number, Message>()
    shown.set(message.ticketId, screen)
    if (!screen.has(message.seq)) screen.set(message.seq, message)
  }
  const last = (ticketId: string): number => {
    let seq = 0
    while (shown.get(ticketId)?.has(seq + 1)) seq++
    return seq
  }
  const look = async (ticketId: string): Promise<void> => {
    await request('watch', { ticketId })
    for (let before = -1; before < last(ticketId); ) {
      before = last(ticketId)
      const { tickets } = await request<{ tickets: { messages: Message[] }[] }>('resume', {
        tickets: [{ id: ticketId, after: before }],
      })
      tickets[0]?.messages.forEach(show)
    }
  }
  const send = async (letter: Letter): Promise<void> => {
    const answer = await request<Answer>('message.post', letter)
    if ('seq' in answer) acknowledged.push({ ...letter, seq: answer.seq })
    else if (answer.error.code === 'stale_assignment') refused.push(letter)
    else return // for the desk it stays: not sent
    waiting.delete(letter.clientId)
  }
  const takeOffers = async (): Promise<void> => {
    const offers = await ask<{ id: string }>(`select id from offers where staff_id = $1 and state = 'made'`, [me.id])
    for (const { id } of offers) {
      if (ignored.size < ignores) ignored.add(id)
      if (!ignored.has(id)) await form.post(`/desk/offers/${id}/acceptance`, {})
    }
  }
  const mine = () =>
    ask<Work>(
      `select ticket_id as "ticketId", epoch from assignments where staff_id = $1 and ended_at is null order by id`,
      [me.id],
    )
  const answerAll = async (colleagues: readonly string[]): Promise<void> => {
    for (const work of await mine()) {
      if (!shown.has(work.ticketId)) await look(work.ticketId)
      const letter = { ...work, clientId: crypto.randomUUID(), body: `${login} ${sent.length}` }
      sent.push(letter)
      waiting.set(letter.clientId, letter)
      await send(letter)
      const to = colleagues[Math.floor(random() * colleagues.length)]
      if (random() < 0.05 && to && to !== me.id)
        await form.post(`/tickets/${work.ticketId}/transfer`, { epoch: String(work.epoch), to })
    }
  }
  socket.on('message', (message: Message) => {
    show(message)
    if (last(message.ticketId) < message.seq) void look(message.ticketId).catch(() => undefined)
  })
  // While live words may be missing it asks by itself, as the desk does.
  let asking: NodeJS.Timeout | undefined
  socket.on('degraded', ({ on }: { on: boolean }) => {
    clearInterval(asking)
    const lookAtAll = (): void => {
      for (const ticketId of shown.keys()) void look(ticketId).catch(() => undefined)
    }
    asking = on ? setInterval(lookAtAll, 1000) : undefined
    if (!on) lookAtAll()
  })
  socket.on('connect', () => {
    for (const ticketId of shown.keys()) void look(ticketId).catch(() => undefined)
  })
  return {
    staffId: me.id,
    /** One turn of work; what fails because somebody was just killed is done in the next. */
    work: async (colleagues: readonly string[]): Promise<void> => {
      await takeOffers().catch(() => undefined)
      await answerAll(colleagues).catch(() => undefined)
    },
    /** All is well again: everything goes out. */
    settle: async (): Promise<boolean> => {
      for (const letter of [...waiting.values()]) await send(letter).catch(() => undefined)
      return waiting.size === 0
    },
    /** The pages of all conversations are complete. */
    catchUp: async (): Promise<void> => {
      for (const ticketId of shown.keys()) await look(ticketId)
    },
    close: () => {
      clearInterval(asking)
      socket.disconnect()
    },
    sent,
    acknowledged,
    refused,
    screens: (): Map<string, Line[]> =>
      new Map([...shown].map(([id, screen]) => [id, [...screen.values()].sort((a, b) => a.seq - b.seq)])),
  }
}

/** A browser without scripts: keeps cookies, reads the token of the page, posts forms. */
function browser(url: string) {
  const cookies = new Map<string, string>()
  const cookie = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  let token = ''
  const open = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(url + path, {
      redirect: 'manual',
      ...init,
      headers: { cookie: cookie(), ...init.headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    return answer
  }
  const read = async (path: string): Promise<void> => {
    token = /name="_token" value="([^"]+)"/.exec(await (await open(path)).text())?.[1] ?? ''
  }
  const post = (path: string, fields: Record<string, string>): Promise<Response> =>
    open(path, { method: 'POST', headers: { origin: url }, body: new URLSearchParams({ ...fields, _token: token }) })
  return { read, post, cookie }
}
