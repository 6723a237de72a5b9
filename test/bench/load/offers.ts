// A night's desk: agents with an open page, customers who wait and ask again how far they are whenever the queue moves, and
// one new question after the other. How long from the question to the card on the screen of the right agent.
import { io, type Socket } from 'socket.io-client'
import { beWorker } from '../child.ts'
import { tokenOf } from '../company.ts'
import { openWire, type Wire } from '../wire.ts'

/** Agents 1..n; visitors 1..waiting have the tickets 1..waiting, those after them ask. */
type Setup = { readonly origin: string; readonly agents: number; readonly waiting: number }
export type OfferJob = { readonly first: number; readonly count: number }
export type OfferRun = {
  readonly took: number[]
  readonly seconds: number
  /** Who was shown which ticket, in the order of the questions. */
  readonly shown: { readonly ticketId: string; readonly agent: number }[]
  readonly failed: string[]
}

const ACK_WITHIN_MILLISECONDS = 10_000
const SHOWN_WITHIN_MILLISECONDS = 10_000
const BETWEEN_MILLISECONDS = 100
/** As the customer's page does. */
const REFRESH_WITHIN_MILLISECONDS = 900
const MOST_RECENT = 50

beWorker(async ({ origin, agents, waiting }: Setup) => {
  let seen: (agent: number, page: string) => void = () => undefined
  const pages = await Promise.all(numbers(agents).map((n) => openDesk(n)))
  const crowd = await Promise.all(Array.from({ length: 8 }, () => openWire(origin)))
  const customers = await openInTurn(numbers(waiting), (n) => openWaiting(n))
  const asking = await openWire(origin)

  async function openDesk(n: number): Promise<Socket> {
    const cookie = `nightdesk=${tokenOf('staff', n)}`
    const socket = await open(`${origin}/desk`, { extraHeaders: { origin, cookie } })
    const wire = await openWire(origin)
    const headers = { cookie, 'hx-request': 'true', 'hx-request-type': 'partial' }
    const fetchCard = single(async () => {
      const { body } = await wire.send({ method: 'GET', path: '/desk/offer', headers })
      seen(n, body.toString())
    })
    socket.on('topic', ({ topic }: { topic: string }) => {
      if (topic.startsWith('offer:')) fetchCard()
    })
    return socket
  }

  async function openWaiting(n: number): Promise<Socket> {
    const token = tokenOf('visitor', n)
    const socket = await open(`${origin}/chat`, { auth: { token }, extraHeaders: { origin, ...addressOf(n) } })
    const wire = crowd[n % crowd.length]
    socket.on('changed', () => {
      const headers = { authorization: `Bearer ${token}`, ...addressOf(n) }
      const refresh = (): void => void wire?.send({ method: 'GET', path: `/api/v1/tickets/${n}`, headers })
      setTimeout(refresh, Math.random() * REFRESH_WITHIN_MILLISECONDS)
    })
    return socket
  }

  async function ask(n: number): Promise<{ ticketId: string; agent: number; took: number }> {
    const words = `宽带断了，光猫红灯，编号 ${n} 号`
    const shown = new Promise<{ agent: number; at: number }>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`question ${n} was shown to nobody`)), SHOWN_WITHIN_MILLISECONDS)
      seen = (agent, page) => {
        if (!page.includes(words)) return
        clearTimeout(late)
        resolve({ agent, at: performance.now() })
      }
    })
    shown.catch(() => undefined) // where the question itself is refused, that is what is told
    const begin = performance.now()
    const { status, body } = await asking.send(questionOf(origin, n, words))
    if (status !== 201) throw new Error(`question ${n} was answered ${status}: ${body.toString().slice(0, 200)}`)
    const { agent, at } = await shown
    return { ticketId: (JSON.parse(body.toString()) as { ticket: { id: string } }).ticket.id, agent, took: at - begin }
  }

  return async ({ first, count }: OfferJob): Promise<OfferRun> => {
    const run: OfferRun = { took: [], seconds: 0, shown: [], failed: [] }
    const start = performance.now()
    for (let n = first; n < first + count; n++) {
      try {
        const { ticketId, agent, took } = await ask(n)
        run.took.push(took)
        run.shown.push({ ticketId, agent })
        await end(asking, origin, n, ticketId)
      } catch (error) {
        run.failed.push(String(error))
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MILLISECONDS))
    }
    if (![...pages, ...customers].every(({ connected }) => connected)) run.failed.push('a line was cut')
    return { ...run, seconds: (performance.now() - start) / 1000 }
  }
})

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)
const addressOf = (n: number) => ({ 'x-forwarded-for': `10.2.${(n >> 8) & 255}.${n & 255}` })

/** The customer says that it is solved: the agent is free for the next. */
const end = (wire: Wire, origin: string, n: number, ticketId: string) =>
  wire.send({
    method: 'POST',
    path: `/api/v1/tickets/${ticketId}/ending`,
    headers: { origin, authorization: `Bearer ${tokenOf('visitor', n)}`, ...addressOf(n) },
  })

const questionOf = (origin: string, n: number, question: string) => ({
  method: 'POST' as const,
  path: '/api/v1/tickets',
  headers: {
    origin,
    'content-type': 'application/json',
    authorization: `Bearer ${tokenOf('visitor', n)}`,
    ...addressOf(n),
  },
  body: JSON.stringify({
    clientId: crypto.randomUUID(),
    termsVersion: 1,
    language: 'zh-CN',
    name: '陈伟',
    contact: `138${String(n).padStart(8, '0')}`,
    topicId: null,
    question,
    channel: 'web',
  }),
})

/** One at a time; what comes meanwhile is one more. */
function single(act: () => Promise<void>): () => void {
  let running = false
  let again = false
  const go = async (): Promise<void> => {
    running = true
    do {
      again = false
      await act().catch(() => undefined) // a page asks again at the next telling
    } while (again)
    running = false
  }
  return () => {
    if (running) again = true
    else void go()
  }
}

async function openInTurn<T>(all: readonly number[], one: (n: number) => Promise<T>): Promise<T[]> {
  const opened: T[] = []
  for (let from = 0; from < all.length; from += MOST_RECENT)
    opened.push(...(await Promise.all(all.slice(from, from + MOST_RECENT).map(one))))
  return opened
}

async function open(address: string, options: object): Promise<Socket> {
  const socket = io(address, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    ackTimeout: ACK_WITHIN_MILLISECONDS,
    ...options,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('connect_error', (error) => reject(new Error(`a line was refused: ${error.message}`)))
  })
  return socket
}
