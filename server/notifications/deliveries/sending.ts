import webPush from 'web-push'
import { LANGUAGES, type Language } from '../../kernel/language.ts'
import type { Answer, Outside } from '../../platform/outside.ts'
import { requestFor } from '../channels/bodies.ts'
import type { Device } from '../devices/queries.ts'
import type { VapidKeys } from '../devices/vapid.ts'
import type { Ready } from './actions.ts'
import { type Outcome, outcomeOfAnswer } from './rules.ts'
import { sentenceOf } from './words.ts'

export type Way = {
  readonly outside: Outside
  readonly vapid: VapidKeys
  readonly publicUrl: string
  readonly ref: string
  readonly part: string
  readonly at: Date
}

/** What was sent how, and which devices are no more. */
export type Sent = { readonly outcome: Outcome; readonly gone: readonly Device[] }

/** Sends by whatever channel is not mail; no transaction is open meanwhile. */
export async function sendThrough(ready: Ready, way: Way): Promise<Sent> {
  if (ready.channel === 'push') return pushAll(ready, way)
  if (!ready.hook) return { outcome: { state: 'failed', error: 'no_hook', again: false }, gone: [] }
  const request = requestFor(ready.hook, {
    deliveryId: ready.id,
    pageId: ready.pageId,
    kind: ready.kind,
    importance: ready.importance,
    count: ready.count,
    text: languagesOf(ready)
      .map((language) => sentenceOf({ ...ready, ref: way.ref, part: way.part }, language))
      .join('\n'),
    link: linkOf(ready, way),
    language: languagesOf(ready)[0] ?? 'zh-CN',
    phone: ready.to?.phone ?? null,
    at: way.at,
  })
  const kind = ready.channel === 'sms' || ready.channel === 'voice' ? 'gateway' : 'robot'
  return { outcome: outcomeOf(kind, await way.outside.post(request)), gone: [] }
}

/** A person's own; a robot speaks to a room, in both. */
const languagesOf = ({ to }: Ready): readonly Language[] => (to ? [to.language] : LANGUAGES)

const linkOf = ({ noticeId }: Ready, { publicUrl }: Way): string => `${publicUrl}/notices/${noticeId}`

/** One device is enough; none for certain but one perhaps is unknown. */
async function pushAll(ready: Ready, way: Way): Promise<Sent> {
  const outcomes = await Promise.all(ready.devices.map((device) => push(ready, device, way)))
  const states = outcomes.map(({ outcome }) => outcome)
  const outcome =
    states.find(({ state }) => state === 'sent') ?? states.find(({ state }) => state === 'unknown') ?? states[0]
  return {
    outcome: outcome ?? { state: 'failed', error: 'no_device', again: false },
    gone: outcomes.filter(({ isGone }) => isGone).map(({ device }) => device),
  }
}

/** A day on which nobody opened the browser brings no page of yesterday: a push lives as long as it may matter. */
const LIVES_SECONDS = { duty: 300, important: 3600, info: 600 } as const

async function push(ready: Ready, device: Device, way: Way) {
  try {
    const { endpoint, headers, body } = webPush.generateRequestDetails(
      { endpoint: device.endpoint, keys: { p256dh: device.p256dh, auth: device.auth } },
      JSON.stringify({
        text: sentenceOf({ ...ready, ref: way.ref, part: way.part }, device.language),
        path: `/notices/${ready.noticeId}`,
        page: ready.pageId,
        duty: ready.importance === 'duty',
      }),
      {
        vapidDetails: { subject: subjectOf(way.publicUrl), ...way.vapid },
        TTL: LIVES_SECONDS[ready.importance],
        urgency: ready.importance === 'duty' ? 'high' : 'normal',
        // One waits at the service for a device that is off: the latest.
        topic: `notice-${ready.noticeId}`,
        contentEncoding: 'aes128gcm',
      },
    )
    const { 'Content-Length': _, ...sent } = headers as Record<string, string>
    const answer = await way.outside.post({
      url: endpoint,
      headers: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, String(value)])),
      body: body ?? '',
    })
    const isGone = answer.kind === 'answered' && (answer.status === 404 || answer.status === 410)
    return { device, isGone, outcome: outcomeOf('push', answer) }
  } catch (error) {
    // Keys that no browser makes: nothing was sent.
    const outcome: Outcome = { state: 'failed', error: String((error as Error).message).slice(0, 200), again: false }
    return { device, isGone: false, outcome }
  }
}

/** Push services want an https address of whoever sends, or a mailbox. */
const subjectOf = (publicUrl: string): string =>
  publicUrl.startsWith('https:') ? publicUrl : `mailto:nightdesk@${new URL(publicUrl).hostname}`

/** A connection that never was has delivered nothing; a body that left without an answer is unknown. */
export function outcomeOf(channel: 'robot' | 'gateway' | 'push', answer: Answer): Outcome {
  if (answer.kind === 'answered') return outcomeOfAnswer(channel, answer)
  if (answer.began) return { state: 'unknown', error: answer.error }
  const again = answer.error !== 'address_inside' && answer.error !== 'not_http'
  return { state: 'failed', error: answer.error, again }
}
