import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { deviceOf } from '../../accounts/own/rules.ts'
import type { DeviceId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { whyNotAsk } from '../../platform/outside.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { addDevice, removeDevice } from '../devices/actions.ts'
import { listDevices } from '../devices/queries.ts'
import { vapidKeys } from '../devices/vapid.ts'
import { CHOSEN_CHANNELS, CHOSEN_KINDS, isFixed, KINDS } from '../notices/rules.ts'
import { tell } from '../notices/telling.ts'
import { reachOf } from '../people/queries.ts'
import { type Choices, chooseChannels } from './actions.ts'
import { choicesOf } from './queries.ts'

const channels = z.array(z.enum(CHOSEN_CHANNELS)).max(CHOSEN_CHANNELS.length).default([])
const CHOICES = Object.fromEntries(CHOSEN_KINDS.map((kind) => [kind, channels]))
const base64url = (bytes: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${bytes}}={0,2}$`))
/** As browsers give it: an address of their push service, a point on P-256 and 16 random bytes. */
const DEVICE = { endpoint: z.url().max(1000), p256dh: base64url(87), auth: base64url(22) }

/** How I am told of what, and the browsers of mine that may be pushed to. */
export const choiceRoutes = (deps: Deps) => {
  const me = staffOnly(deps)
  return new Hono<Env>()
    .get('/', me, async (c) => {
      const { done } = query(c, { done: z.enum(['saved', 'device', 'tested']).optional() })
      return show(c, deps, { done })
    })
    .post('/', me, async (c) => {
      const chosen = (await form(c, CHOICES)) as unknown as Choices
      await deps.transact(c.var.me.actor, (tx) => chooseChannels(tx, chosen))
      return seeOther(c, '/me/notices?done=saved')
    })
    .post('/devices', me, async (c) => {
      const subscription = await form(c, DEVICE)
      try {
        // Whoever pushes to a browser goes through the same guard when it is sent; said here while somebody looks.
        if (whyNotAsk(new URL(subscription.endpoint), deps.config.insideHooks))
          throw new Refusal('notifications.address_inside')
        const browser = c.req.header('user-agent')?.slice(0, 400) ?? null
        const language = c.var.language
        await deps.transact(c.var.me.actor, (tx) => addDevice(tx, subscription, { browser, language }))
        return seeOther(c, '/me/notices?done=device')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { refused: error }, 422)
      }
    })
    .post('/devices/:id/removal', me, async (c) => {
      await form(c, {})
      const id = pathId<DeviceId>(c)
      await deps.transact(c.var.me.actor, (tx) => removeDevice(tx, id))
      return seeOther(c, '/me/notices')
    })
    .post('/test', me, async (c) => {
      await form(c, {})
      const { staffId } = c.var.me
      const ref = `self:${staffId}`
      const to = [{ staffId, part: 'own' as const }]
      await deps.transact(c.var.me.actor, (tx) => tell(tx, { kind: 'test', ref, path: '/me/notices', to }))
      return seeOther(c, '/me/notices?done=tested')
    })
}

async function show(c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 422 = 200) {
  const { staffId } = c.var.me
  const [chosen, devices, can, { publicKey }] = await Promise.all([
    choicesOf(deps.db, staffId),
    listDevices(deps.db, staffId),
    reachOf(deps.db, staffId),
    vapidKeys(deps.db),
  ])
  const kinds = CHOSEN_KINDS.map((kind) => {
    const now = chosen.find((one) => one.kind === kind)?.channels ?? KINDS[kind].channels
    return {
      kind,
      duty: KINDS[kind].importance === 'duty',
      own: chosen.some((one) => one.kind === kind),
      channels: CHOSEN_CHANNELS.map((channel) => ({
        channel,
        on: now.includes(channel),
        fixed: isFixed(kind, channel),
      })),
    }
  })
  return page(
    c,
    deps,
    'notices/mine',
    {
      ...values,
      kinds,
      columns: CHOSEN_CHANNELS.map((channel) => ({ channel, can: can.has(channel) })),
      devices: devices.map(({ id, browser, madeAt }) => ({ id, madeAt, ...deviceOf(browser) })),
      publicKey,
      mailSet: deps.config.smtpUrl !== undefined,
    },
    status,
  )
}
