import { createHmac } from 'node:crypto'
import type { HookChannel } from '../../events/notifications.ts'
import type { Hook } from './queries.ts'

/** What is said through a hook: never anything of a customer. */
export type Said = {
  readonly deliveryId: string
  readonly pageId: string
  readonly kind: string
  readonly importance: string
  readonly count: number
  readonly text: string
  readonly link: string
  readonly language: string
  /** Where it goes by a gateway. */
  readonly phone: string | null
  readonly at: Date
}
export type Request = { readonly url: string; readonly headers: Record<string, string>; readonly body: string }

/** The request that each kind of hook documents for itself; those of gateways are ours (webhooks.md). */
export function requestFor(
  { channel, address, secret }: Pick<Hook, 'channel' | 'address' | 'secret'>,
  said: Said,
): Request {
  switch (channel) {
    case 'wecom':
      return json(address, { msgtype: 'text', text: { content: linesOf(said) } })
    case 'dingtalk':
      return json(signedAddress(address, secret, said.at), { msgtype: 'text', text: { content: linesOf(said) } })
    case 'feishu':
      return json(address, { ...feishuSign(secret, said.at), msg_type: 'text', content: { text: linesOf(said) } })
    case 'sms':
    case 'voice':
      return gateway(channel, address, secret, said)
  }
}

const linesOf = ({ text, link }: Said): string => `${text}\n${link}`

/** open.dingtalk.com: HMAC-SHA256 of `timestamp\nsecret` under the secret, in base64, in the address. */
function signedAddress(address: string, secret: string | null, at: Date): string {
  if (!secret) return address
  const timestamp = String(at.getTime())
  const url = new URL(address)
  url.searchParams.set('timestamp', timestamp)
  url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'))
  return url.href
}

/** open.feishu.cn: HMAC-SHA256 of nothing under `timestamp\nsecret`, in base64, in the body; the timestamp in seconds. */
function feishuSign(secret: string | null, at: Date): { timestamp?: string; sign?: string } {
  if (!secret) return {}
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') }
}

function gateway(channel: HookChannel, address: string, secret: string | null, said: Said): Request {
  const body = JSON.stringify({
    version: 1,
    channel,
    page: said.pageId,
    delivery: said.deliveryId,
    to: said.phone,
    language: said.language,
    kind: said.kind,
    importance: said.importance,
    count: said.count,
    text: said.text,
    link: said.link,
    at: said.at.toISOString(),
  })
  const timestamp = String(Math.floor(said.at.getTime() / 1000))
  const request = json(address, body)
  return {
    ...request,
    headers: {
      ...request.headers,
      'X-Nightdesk-Page': said.pageId,
      'X-Nightdesk-Timestamp': timestamp,
      'X-Nightdesk-Signature': signatureOf(secret ?? '', timestamp, body),
    },
  }
}

/** HMAC-SHA256 of `timestamp.body` in hexadecimal. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')

const json = (url: string, body: object | string): Request => ({
  url,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
