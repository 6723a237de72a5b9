import { io, type Socket } from 'socket.io-client'
import type { Message } from '../support/customer.ts'
import type { Line } from '../support/history.ts'
import { plainBrowser } from '../support/plain-browser.ts'
import type { Fire } from './program-under-fire.ts'

/** What an agent has in hand: whose it is now, and under which epoch. */
type Work = { readonly ticketId: string; readonly epoch: number }
type Letter = { readonly ticketId: string; readonly epoch: number; readonly clientId: string; readonly body: string }
type Resumed = { tickets: { id: string; messages: Message[]; lastSeq: number }[] }
type Answer = { seq: number } | { error: { code: string } }

/** So many conversations one `resume` may ask about, and so many may be watched on one line. */
const MOST_AT_ONCE = 20
const MOST_WATCHED = 50

export type Agent = Awaited<ReturnType<typeof agentOnPost>>

/**
 * An agent at a desk that keeps to its own rules: what is not acknowledged is sent again, what is missing is asked for.
 * Signs in, goes on post, lets so many offers run out and takes the others, answers, and hands over now and then.
 */
export async function agentOnPost(
  { url, ask }: Pick<Fire, 'url' | 'ask'>,
  { login, ignores, random }: { login: string; ignores: number; random: () => number },
) {
  const form = plainBrowser(url)
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
  // Few events a second are taken from one line: each conversation is watched once, and one question asks for what all of them lack.
  let watched = new Set<string>()
  const askForAll = async (): Promise<void> => {
    const behind = new Set(shown.keys())
    const leftOut = new Set<string>()
    while (behind.size > 0) {
      const asked = [...behind].slice(0, MOST_AT_ONCE)
      for (const ticketId of asked)
        if (!watched.has(ticketId)) {
          // Only so many may be watched at once: the one that was looked at longest ago makes room.
          const oldest = [...watched].find((one) => !asked.includes(one))
          if (watched.size >= MOST_WATCHED && oldest) {
            await request('unwatch', { ticketId: oldest })
            watched.delete(oldest)
          }
          await request('watch', { ticketId })
          watched.add(ticketId)
        }
      const { tickets } = await request<Resumed>('resume', { tickets: asked.map((id) => ({ id, after: last(id) })) })
      for (const { messages } of tickets) messages.forEach(show)
      for (const id of asked) {
        const found = tickets.find((one) => one.id === id)
        if (found ? last(id) >= found.lastSeq : leftOut.has(id)) behind.delete(id)
        if (found) continue
        // Watched no longer, by another line or because it may be read no longer: asked for once more.
        watched.delete(id)
        leftOut.add(id)
      }
    }
  }
  let asking: Promise<void> | undefined
  /** What is missing is asked for by one question at a time; whoever asks meanwhile gets the answer to the next. */
  const look = async (): Promise<void> => {
    await asking?.catch(() => undefined)
    asking ??= askForAll().finally(() => {
      asking = undefined
    })
    await asking
  }
  const later = (): void => void look().catch(() => undefined)
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
      if (!shown.has(work.ticketId)) {
        shown.set(work.ticketId, new Map())
        await look()
      }
      const letter = { ...work, clientId: crypto.randomUUID(), body: `answer ${sent.length}` }
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
    if (last(message.ticketId) < message.seq) later()
  })
  socket.on('gone', ({ ticketId }: { ticketId: string }) => watched.delete(ticketId))
  // While live words may be missing it asks by itself, as the protocol says.
  let polling: NodeJS.Timeout | undefined
  socket.on('degraded', ({ on }: { on: boolean }) => {
    clearInterval(polling)
    polling = on ? setInterval(later, 3000) : undefined
    if (!on) later()
  })
  socket.on('connect', () => {
    watched = new Set()
    later()
  })
  return {
    staffId: me.id,
    /** One turn of work, taking what is offered meanwhile; what fails because somebody was just killed is done in the next. */
    work: async (colleagues: readonly string[]): Promise<void> => {
      let answering = true
      const answered = answerAll(colleagues)
        .catch(() => undefined)
        .finally(() => {
          answering = false
        })
      do {
        await takeOffers().catch(() => undefined)
        await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 300))])
      } while (answering)
    },
    /** All is well again: everything goes out. */
    settle: async (): Promise<boolean> => {
      for (const letter of [...waiting.values()]) await send(letter).catch(() => undefined)
      return waiting.size === 0
    },
    /** The pages of all conversations are complete. */
    catchUp: look,
    close: () => {
      clearInterval(polling)
      socket.disconnect()
    },
    sent,
    acknowledged,
    refused,
    screens: (): Map<string, Line[]> =>
      new Map([...shown].map(([id, screen]) => [id, [...screen.values()].sort((a, b) => a.seq - b.seq)])),
  }
}
