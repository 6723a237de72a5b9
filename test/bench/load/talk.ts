// Conversations over live lines: what was sent, acknowledged and shown, when, and every screen as it stands at the end.
// Against the bare echo the same sockets send the same messages, and only the acknowledgement is there to be timed.
import { io, type Socket } from 'socket.io-client'
import type { Line } from '../../support/history.ts'
import { beWorker } from '../child.ts'
import { tokenOf } from '../company.ts'
import { WARM_UP_MILLISECONDS } from '../wire.ts'

/** Customers and conversations have the numbers 1..n; agent 1 has the first `each` of them, and so on. */
type Setup = { readonly origin: string; readonly conversations: number; readonly each: number; readonly echo?: boolean }
export type TalkJob =
  | { readonly does: 'pace'; readonly perSecond: number; readonly milliseconds: number }
  | { readonly does: 'saturate'; readonly milliseconds: number }
  | { readonly does: 'tell' }
export type TalkRun = {
  readonly acknowledged: number[]
  /** From sending until the other side could show it: every message before it was there. */
  readonly shown: number[]
  readonly seconds: number
  /** Messages that had to be sent again. */
  readonly resent: number
  readonly failed: string[]
}
/** One conversation as `violations` wants it, but for what is stored. */
export type Told = {
  readonly ticketId: string
  readonly sent: Map<string, string>
  readonly acknowledged: { clientId: string; seq: number }[]
  readonly screens: Line[][]
}

type Message = { readonly ticketId: string; readonly clientId: string; readonly body: string }
type Shown = Message & { readonly seq: number }
type Sending = { readonly begin: number; by: Party; acknowledgedAt?: number; shownAt?: number }
/** One side of one or several conversations, on one socket. */
type Party = {
  readonly socket: Socket
  readonly side: 'customer' | 'agent'
  readonly tickets: readonly string[]
  readonly screens: Map<string, Line[]>
  readonly early: Map<string, Shown[]>
  next: number
  asking?: Promise<void> | undefined
  /** Its own share of what a socket may send: 40 at once, 10 a second; a little less, so that nobody is refused. */
  left: number
  leftAt: number
}
type Answer = { readonly seq: number } | { readonly error: { readonly code: string } }

const BODY = '您好，我这边宽带又断了，光猫的 LOS 灯一直是红的，麻烦看一下。'
const BURST = 38
const PER_SECOND = 9.5
const ACK_WITHIN_MILLISECONDS = 20_000
const WORTH_ANOTHER_TRY = ['busy', 'too_many', 'fault', 'no acknowledgement']
const RESEND_AFTER_MILLISECONDS = 500
const ATTEMPTS = 20
const DRAIN_WITHIN_MILLISECONDS = 15_000

beWorker(async (setup: Setup) => {
  const sendings = new Map<string, Sending>()
  const told = new Map<string, Told>()
  const failed: string[] = []
  let resent = 0
  const parties = [
    ...(await Promise.all(numbers(setup.conversations).map((n) => customer(setup, n)))),
    ...(await Promise.all(numbers(setup.conversations / setup.each).map((n) => agent(setup, n)))),
  ]
  for (const ticketId of numbers(setup.conversations).map(String))
    told.set(ticketId, { ticketId, sent: new Map(), acknowledged: [], screens: [] })
  for (const party of parties) {
    party.socket.on('message', (message: Shown) => show(party, message))
    for (const ticketId of party.tickets) told.get(ticketId)?.screens.push(screenOf(party, ticketId))
    if (!setup.echo) await catchUp(party)
  }

  function show(party: Party, message: Shown): void {
    const screen = screenOf(party, message.ticketId)
    if (message.seq <= screen.length) return
    if (message.seq > screen.length + 1) {
      early(party, message.ticketId).push(message)
      // As the protocol says: a hole shows that something is missing.
      void catchUp(party)
      return
    }
    put(party, screen, message)
    const waiting = early(party, message.ticketId)
    for (let next = take(waiting, screen.length + 1); next; next = take(waiting, screen.length + 1))
      put(party, screen, next)
  }

  function put(party: Party, screen: Line[], { seq, clientId, body }: Line): void {
    screen.push({ seq, clientId, body })
    const sending = sendings.get(clientId)
    if (sending && sending.by !== party) sending.shownAt ??= performance.now()
  }

  /** Asks for what is missing until it is there; one asking at a time. */
  function catchUp(party: Party): Promise<void> {
    party.asking ??= resume(party).finally(() => {
      party.asking = undefined
    })
    return party.asking
  }

  async function resume(party: Party): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const tickets = party.tickets.map((id) => ({ id, after: screenOf(party, id).length }))
      const line = party.socket.timeout(ACK_WITHIN_MILLISECONDS)
      const answer: { tickets?: { messages: Shown[] }[] } = await line
        .emitWithAck('resume', { tickets })
        .catch(() => ({}))
      for (const { messages } of answer.tickets ?? []) for (const message of messages) show(party, message)
      if (answer.tickets) return
      await new Promise((resolve) => setTimeout(resolve, RESEND_AFTER_MILLISECONDS))
    }
    failed.push('a line could not be resumed')
  }

  async function send(party: Party): Promise<void> {
    const ticketId = party.tickets[party.next++ % party.tickets.length] ?? ''
    const clientId = crypto.randomUUID()
    const body = `${BODY} ${sendings.size}`
    const message = { ticketId, clientId, body, ...(party.side === 'agent' ? { epoch: 1 } : {}) }
    const sending: Sending = { begin: performance.now(), by: party }
    sendings.set(clientId, sending)
    told.get(ticketId)?.sent.set(clientId, body)
    await insist(party, message, sending)
  }

  /** No answer, or one that may be another the next time: the same message again, as the protocol says. */
  async function insist(party: Party, message: Message, sending: Sending): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const answer = await post(party, message)
      if ('seq' in answer) {
        sending.acknowledgedAt = performance.now()
        told.get(message.ticketId)?.acknowledged.push({ clientId: message.clientId, seq: answer.seq })
        return
      }
      const { code } = answer.error
      if (!WORTH_ANOTHER_TRY.includes(code) || attempt === ATTEMPTS)
        return void failed.push(`a message was answered ${code}`)
      resent += 1
      await new Promise((resolve) => setTimeout(resolve, RESEND_AFTER_MILLISECONDS))
    }
  }

  /** Sends at this rate over all sockets, each in its turn, whatever comes back. */
  async function pace(perSecond: number, until: number): Promise<void> {
    const start = performance.now()
    let sent = 0
    const going: Promise<void>[] = []
    await new Promise<void>((done) => {
      const tick = (): void => {
        const now = Math.min(performance.now(), until)
        for (const due = ((now - start) * perSecond) / 1000; sent < due; sent++) {
          const party = parties[sent % parties.length]
          if (party) going.push(send(party))
        }
        if (performance.now() >= until) done()
        else setTimeout(tick, 1)
      }
      tick()
    })
    await Promise.all(going)
  }

  /** Each socket sends again as soon as it is answered and allowed. */
  async function saturate(until: number): Promise<void> {
    await Promise.all(
      parties.map(async (party) => {
        while (performance.now() < until) {
          const wait = allowedIn(party)
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
          else await send(party)
        }
      }),
    )
  }

  async function run(what: (until: number) => Promise<void>, milliseconds: number): Promise<TalkRun> {
    sendings.clear()
    failed.length = 0
    resent = 0
    const start = performance.now()
    const until = start + milliseconds
    await what(until)
    const seconds = (performance.now() - start) / 1000
    if (!setup.echo) await drained()
    // A new connection's first messages tell of its beginning.
    const counted = [...sendings.values()].filter(({ begin }) => begin > start + WARM_UP_MILLISECONDS)
    const took = (at: number | undefined, begin: number): number[] => (at === undefined ? [] : [at - begin])
    return {
      acknowledged: counted.flatMap(({ begin, acknowledgedAt }) => took(acknowledgedAt, begin)),
      shown: counted.flatMap(({ begin, shownAt }) => took(shownAt, begin)),
      seconds: seconds - WARM_UP_MILLISECONDS / 1000,
      resent,
      failed: [...failed],
    }
  }

  async function drained(): Promise<void> {
    const until = performance.now() + DRAIN_WITHIN_MILLISECONDS
    const open = (): boolean => [...sendings.values()].some(({ shownAt }) => shownAt === undefined)
    while (open() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  return async (job: TalkJob): Promise<TalkRun | Told[]> => {
    switch (job.does) {
      case 'pace':
        return run((until) => pace(job.perSecond, until), job.milliseconds)
      case 'saturate':
        return run(saturate, job.milliseconds)
      case 'tell':
        return [...told.values()]
    }
  }
})

const post = ({ socket }: Party, message: Message): Promise<Answer> =>
  new Promise((resolve) => {
    const line = socket.timeout(ACK_WITHIN_MILLISECONDS)
    line.emit('message.post', message, (error: unknown, answer: Answer) =>
      resolve(error ? { error: { code: 'no acknowledgement' } } : answer),
    )
  })

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

const customer = ({ origin }: Setup, n: number): Promise<Party> =>
  open(origin, 'customer', [String(n)], {
    auth: { token: tokenOf('visitor', n) },
    extraHeaders: { origin, 'x-forwarded-for': `10.0.${n >> 8}.${n & 255}` },
    namespace: '/chat',
  })

async function agent({ origin, each, echo }: Setup, n: number): Promise<Party> {
  const tickets = numbers(each).map((one) => String((n - 1) * each + one))
  const headers = { origin, cookie: `nightdesk=${tokenOf('staff', n)}`, 'x-forwarded-for': `10.1.0.${n}` }
  const party = await open(origin, 'agent', tickets, { extraHeaders: headers, namespace: echo ? '/chat' : '/desk' })
  if (!echo)
    for (const ticketId of tickets)
      await party.socket.timeout(ACK_WITHIN_MILLISECONDS).emitWithAck('watch', { ticketId })
  return party
}

type Opening = { auth?: object; extraHeaders: Record<string, string>; namespace: string }
async function open(
  origin: string,
  side: Party['side'],
  tickets: readonly string[],
  { namespace, ...options }: Opening,
): Promise<Party> {
  const socket = io(`${origin}${namespace}`, { path: '/live', transports: ['websocket'], forceNew: true, ...options })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('connect_error', (error) => reject(new Error(`a line was refused: ${error.message}`)))
  })
  const empty = { screens: new Map(), early: new Map(), next: 0 }
  return { socket, side, tickets, ...empty, left: BURST, leftAt: performance.now() }
}

function screenOf({ screens }: Party, ticketId: string): Line[] {
  const screen = screens.get(ticketId) ?? []
  screens.set(ticketId, screen)
  return screen
}
function early({ early: waiting }: Party, ticketId: string): Shown[] {
  const lines = waiting.get(ticketId) ?? []
  waiting.set(ticketId, lines)
  return lines
}
function take(lines: Shown[], seq: number): Shown | undefined {
  const at = lines.findIndex((line) => line.seq === seq)
  return at < 0 ? undefined : lines.splice(at, 1)[0]
}

/** Milliseconds until this socket may send again; takes one where that is now. */
function allowedIn(party: Party): number {
  const now = performance.now()
  party.left = Math.min(BURST, party.left + ((now - party.leftAt) / 1000) * PER_SECOND)
  party.leftAt = now
  if (party.left < 1) return Math.ceil(((1 - party.left) * 1000) / PER_SECOND)
  party.left -= 1
  return 0
}
