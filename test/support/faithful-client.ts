import type { Socket } from 'socket.io-client'
import { ack, call, type Message, openLine } from './customer.ts'
import type { Line } from './history.ts'

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** What the line does to one send. */
export type Fault = 'none' | 'lost' | 'ack lost' | 'doubled' | 'other door'
/** Section 5 says every 3 s; often enough for a test. */
const ASKED_EVERY_MILLISECONDS = 1000
type Accepted = { seq: number } | { error: { code: string; retryAfterSeconds?: number } }

/**
 * A client that keeps to section 5 of the protocol over a line that does not: every message shows once and in order,
 * and goes out once, whatever happens.
 */
export function faithfulClient(desk: string, token: string, ticketId: string, headers: Record<string, string> = {}) {
  const shown = new Map<number, Message>()
  const outbox = new Map<string, string>()
  const sent = new Map<string, string>()
  const acknowledged: { clientId: string; seq: number }[] = []
  const socket: Socket = openLine(desk, { token }, headers)
  let resuming: Promise<void> | undefined
  let resending: Promise<void> | undefined

  const last = (): number => {
    let seq = 0
    while (shown.has(seq + 1)) seq++
    return seq
  }
  const show = (messages: readonly Message[]): void => {
    for (const message of messages) if (!shown.has(message.seq)) shown.set(message.seq, message)
  }
  const resume = async (): Promise<void> => {
    for (let more = true; more && socket.connected; ) {
      const before = last()
      const { tickets } = await ack<{ tickets: [{ messages: Message[]; lastSeq: number }] }>(socket, 'resume', {
        tickets: [{ id: ticketId, after: last() }],
      })
      show(tickets[0].messages)
      more = last() < tickets[0].lastSeq && last() > before
    }
  }
  const resumeOnce = (): Promise<void> => {
    resuming ??= resume()
      .catch(() => undefined) // the line broke while asking: the next connect asks again
      .finally(() => {
        resuming = undefined
      })
    return resuming
  }
  const byLine = (clientId: string, body: string) => ack<Accepted>(socket, 'message.post', { ticketId, clientId, body })
  const byHttp = async (clientId: string, body: string): Promise<Accepted> =>
    (await call<Accepted>(desk, 'POST', `/tickets/${ticketId}/messages`, { token, headers, body: { clientId, body } }))
      .body
  const attempt = async (clientId: string, body: string, fault: Fault): Promise<Accepted | undefined> => {
    if (fault === 'lost') return undefined
    if (fault === 'doubled') void byHttp(clientId, body)
    const sending = fault === 'other door' ? byHttp(clientId, body) : byLine(clientId, body)
    const accepted = await sending.catch(() => undefined) // no answer: it stays in the outbox
    if (!accepted || fault === 'ack lost' || !('seq' in accepted)) return accepted
    acknowledged.push({ clientId, seq: accepted.seq })
    outbox.delete(clientId)
    return accepted
  }
  // One after the other, and no faster than asked: a hundred at once are a hundred refusals.
  const resend = async (): Promise<void> => {
    for (const [clientId, body] of outbox) {
      const answer = await attempt(clientId, body, 'none')
      if (!answer) return
      if ('error' in answer) await pause((answer.error.retryAfterSeconds ?? 0.1) * 1000)
    }
  }
  const resendOnce = (): Promise<void> => {
    resending ??= resend().finally(() => {
      resending = undefined
    })
    return resending
  }

  socket.on('connect', () => void resumeOnce().then(resendOnce))
  socket.on('message', (message: Message) => {
    if (message.ticketId !== ticketId) return
    show([message])
    if (last() < message.seq) void resumeOnce()
  })
  // While live words may be missing it asks by itself.
  let asking: NodeJS.Timeout | undefined
  socket.on('degraded', ({ on }: { on: boolean }) => {
    clearInterval(asking)
    asking = on ? setInterval(() => void resumeOnce(), ASKED_EVERY_MILLISECONDS) : undefined
    if (!on) void resumeOnce()
  })
  return {
    send: (body: string, fault: Fault): void => {
      const clientId = crypto.randomUUID()
      sent.set(clientId, body)
      outbox.set(clientId, body)
      void attempt(clientId, body, fault)
    },
    drop: () => void socket.disconnect(),
    back: () => void socket.connect(),
    /** The line is well again: everything goes out, and every gap is closed. */
    settle: async (): Promise<void> => {
      socket.connect()
      const until = performance.now() + 5000
      while ((outbox.size > 0 || !socket.connected) && performance.now() < until) {
        await pause(10)
        if (socket.connected) await resendOnce()
      }
    },
    catchUp: async (): Promise<void> => {
      await resumeOnce()
      await resumeOnce()
    },
    close: () => {
      clearInterval(asking)
      socket.disconnect()
    },
    sent,
    acknowledged,
    screen: (): Line[] => [...shown.values()].sort((a, b) => a.seq - b.seq),
  }
}
