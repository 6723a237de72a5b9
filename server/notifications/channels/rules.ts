import type { HookChannel } from '../../events/notifications.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

export const HOOK_CHANNELS = ['wecom', 'dingtalk', 'feishu', 'sms', 'voice'] as const satisfies readonly HookChannel[]
export const isRobot = (channel: HookChannel): boolean => channel !== 'sms' && channel !== 'voice'

const HERE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const SHORTEST_SECRET = 8

/** The address that was meant, or why it cannot be one: https; http only where private addresses are allowed at all. */
export function readAddress(typed: string, inside: boolean): string | Refusal {
  const url = URL.canParse(typed.trim()) ? new URL(typed.trim()) : undefined
  const known = url?.protocol === 'https:' || (inside && url?.protocol === 'http:')
  if (!url || !known || url.username || url.password) return refusal('notifications.not_an_address', {}, 'address')
  if (!inside && HERE.test(url.hostname)) return refusal('notifications.address_inside', {}, 'address')
  return url.href
}

/** A gateway is ours to sign for; a robot of WeCom has no secret, the others may. */
export function whyNotSecret(channel: HookChannel, secret: string): Refusal | null {
  if (isRobot(channel)) return null
  return secret.length < SHORTEST_SECRET
    ? refusal('notifications.secret_short', { count: SHORTEST_SECRET }, 'secret')
    : null
}

/** Enough to tell one from another, and not enough to use it: `https://oapi.dingtalk.com/…9f3c`. */
export function masked(address: string): string {
  const { origin, href } = new URL(address)
  return `${origin}/…${href.length > origin.length + 12 ? href.slice(-4) : ''}`
}
