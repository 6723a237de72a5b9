import dgram from 'node:dgram'
import { once } from 'node:events'

type Message = {
  readonly first: string
  readonly headers: readonly (readonly [string, string])[]
  readonly from: dgram.RemoteInfo
}

/** The phone on the agent's desk: rings by itself, and lifts and hangs up when the test says so (RFC 3261, as far as that). */
export type AgentPhone = {
  readonly port: number
  /** How many calls it is ringing for or has rung for. */
  readonly rang: () => number
  readonly lift: () => void
  readonly hangUp: () => void
  /** Whether the caller has confirmed that both talk. */
  readonly talks: () => boolean
  readonly close: () => void
}

export async function openAgentPhone(): Promise<AgentPhone> {
  const socket = dgram.createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const tag = 'agent'
  let ringing: Message | undefined
  let rung = new Set<string>()
  let talking = false

  const send = (text: string, { port: to, address }: dgram.RemoteInfo): void => socket.send(text, to, address)
  const reply = (to: Message, status: string, body = ''): void => {
    const copied = to.headers
      .filter(([name]) => /^(via|record-route|from|call-id|cseq)$/i.test(name))
      .map(([name, value]) => `${name}: ${value}`)
    const at = headerOf(to, 'to')
    const answers = [
      `SIP/2.0 ${status}`,
      ...copied,
      `To: ${/;tag=/.test(at) ? at : `${at};tag=${tag}`}`,
      `Contact: <sip:803@127.0.0.1:${port}>`,
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    send(`${answers.join('\r\n')}\r\n\r\n${body}`, to.from)
  }

  socket.on('message', (bytes, from) => {
    const message = read(bytes.toString(), from)
    const method = message.first.split(' ')[0]
    const id = headerOf(message, 'call-id')
    if (method === 'INVITE') {
      // Sent again it is the same call.
      if (!rung.has(id)) ringing = message
      rung = rung.add(id)
      reply(message, '180 Ringing')
    }
    if (method === 'ACK') talking = ringing !== undefined && headerOf(ringing, 'call-id') === id
    if (method === 'BYE') reply(message, '200 OK')
    if (method === 'CANCEL' && ringing) {
      reply(message, '200 OK')
      reply(ringing, '487 Request Terminated')
      ringing = undefined
    }
  })

  return {
    port,
    rang: () => rung.size,
    talks: () => talking,
    lift: () => {
      if (!ringing) throw new Error('the phone does not ring')
      reply(ringing, '200 OK', SDP)
    },
    hangUp: () => {
      if (!ringing) throw new Error('nobody is on the phone')
      const contact = /<([^>]+)>/.exec(headerOf(ringing, 'contact'))?.[1] ?? ''
      const routes = ringing.headers
        .filter(([name]) => /^record-route$/i.test(name))
        .map(([, value]) => `Route: ${value}`)
      const lines = [
        `BYE ${contact} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK-bye-${rung.size}`,
        ...routes,
        'Max-Forwards: 70',
        `From: ${headerOf(ringing, 'to')};tag=${tag}`,
        `To: ${headerOf(ringing, 'from')}`,
        `Call-ID: ${headerOf(ringing, 'call-id')}`,
        'CSeq: 1 BYE',
        'Content-Length: 0',
      ]
      send(`${lines.join('\r\n')}\r\n\r\n`, ringing.from)
      ringing = undefined
      talking = false
    },
    close: () => socket.close(),
  }
}

const SDP = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/AVP 8', ''].join(
  '\r\n',
)

function read(text: string, from: dgram.RemoteInfo): Message {
  const [first = '', ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const
  })
  return { first, headers, from }
}

const headerOf = ({ headers }: Message, name: string): string =>
  headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? ''
