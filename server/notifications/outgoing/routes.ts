import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { DeliveryId, MailId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { findGateway } from '../channels/queries.ts'
import { sendDeliveryAgain } from '../deliveries/actions.ts'
import { CHOSEN_KINDS } from '../notices/rules.ts'
import { sendAgain, showLink } from './actions.ts'
import { folded, seen } from './lines.ts'
import { countOutgoing, findOutgoing, listMailsOf, listOutgoing, type OutgoingLine } from './queries.ts'

const STATES = ['pending', 'sending', 'sent', 'seen', 'failed', 'unknown', 'kept', 'dropped'] as const
const CHANNELS = ['mail', 'page', 'push', 'sms', 'voice', 'wecom', 'dingtalk', 'feishu'] as const
const KINDS = [
  ...(['invitation', 'reset', 'escalation', 'reminder', 'notice', 'digest', 'report'] as const),
  ...(['verification', 'code', 'callback', 'unread', 'transcript', 'morning'] as const),
  ...CHOSEN_KINDS,
  ...(['away', 'test'] as const),
]
const AT_ONCE = 50
const ASKED = {
  state: z.enum([...STATES, '']).optional(),
  channel: z.enum([...CHANNELS, '']).optional(),
  kind: z.enum([...KINDS, '']).optional(),
  q: optionalText(100).optional(),
  before: z
    .string()
    .regex(/^\d{20}[md]\d{18}$/)
    .optional(),
}

/** Everything that went out by any channel, or could not: what waits for a person's hand is said first. */
export const outgoingRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'people.edit')
  const again = async (c: Context<Env>, at: string, act: () => Promise<unknown>): Promise<Response> => {
    try {
      await act()
      return seeOther(c, '/outgoing')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return show(c, deps, {}, { refused: error, at }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', edits, (c) => show(c, deps, query(c, ASKED)))
    .post('/deliveries/:id/sending', edits, async (c) => {
      await form(c, {})
      const id = pathId<DeliveryId>(c)
      return again(c, `delivery-${id}`, () => deps.transact(c.var.me.actor, (tx) => sendDeliveryAgain(tx, id)))
    })
    .post('/:id/sending', edits, async (c) => {
      await form(c, {})
      const id = pathId<MailId>(c)
      return again(c, `mail-${id}`, () => deps.transact(c.var.me.actor, (tx) => sendAgain(tx, id)))
    })
    .get('/:id/link', edits, (c) => seeOther(c, '/outgoing'))
    .post('/:id/link', edits, async (c) => {
      await form(c, {})
      const id = pathId<MailId>(c)
      try {
        const link = await deps.transact(c.var.me.actor, (tx) => showLink(tx, id))
        return show(c, deps, {}, { links: link.split('\n'), at: `mail-${id}` })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, {}, { refused: error, at: `mail-${id}` }, 422)
      }
    })
}

type Asked = { [Key in keyof typeof ASKED]?: string | undefined }

async function show(
  c: Context<Env>,
  deps: Deps,
  { state, channel, kind, q, before }: Asked,
  values: { at?: string; links?: readonly string[]; refused?: Refusal } = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const asked = { channel: channel || undefined, kind: kind || undefined, text: q?.trim() || undefined }
  const [lines, counts, { mailFrom }, gateway] = await Promise.all([
    listOutgoing(deps.db, { ...asked, state: state || undefined, before, limit: AT_ONCE + 1 }),
    countOutgoing(deps.db, asked),
    currentSettings(deps.db),
    findGateway(deps.db, 'sms'),
  ])
  const newest = lines.slice(0, AT_ONCE)
  const shown = [...(await acted(deps, values.at, newest)), ...newest]
  const mails = await listMailsOf(
    deps.db,
    shown.filter(({ source }) => source === 'mail').map(({ id }) => id as MailId),
  )
  const { smtpUrl, publicUrl } = deps.config
  const words = { channel: channel || '', kind: kind || '', q: q ?? '' }
  const now = deps.clock.now()
  const ways = { mail: smtpUrl !== undefined, sms: gateway !== undefined }
  return page(
    c,
    deps,
    'outgoing/list',
    {
      ...values,
      lines: folded(
        shown.map((line) =>
          seen(
            line,
            mails.find(({ id }) => line.source === 'mail' && id === line.id),
            { language: c.var.language, now, ways },
          ),
        ),
        values.at,
      ),
      more:
        lines.length > AT_ONCE ? addressOf({ ...words, state: state || '', before: newest.at(-1)?.key ?? '' }) : null,
      state: state || null,
      asked: words,
      filtered: Boolean(asked.channel || asked.kind || asked.text),
      all: addressOf(words),
      states: STATES.filter((one) => counts[one]).map((one) => ({
        state: one,
        count: counts[one],
        address: addressOf({ ...words, state: one }),
      })),
      channels: CHANNELS,
      kinds: KINDS,
      server: smtpUrl ? new URL(smtpUrl).host : null,
      from: mailFrom || `nightdesk@${new URL(publicUrl).hostname}`,
    },
    status,
  )
}

/** What somebody acts on stands first where it is older than what the page shows. */
async function acted({ db }: Deps, at: string | undefined, newest: readonly OutgoingLine[]): Promise<OutgoingLine[]> {
  const [source, id] = at?.split('-') ?? []
  if (!id || newest.some((line) => line.source === source && line.id === id)) return []
  const line = await findOutgoing(db, source === 'mail' ? 'mail' : 'delivery', id)
  return line ? [line] : []
}

function addressOf(words: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(Object.entries(words).filter(([, value]) => value)).toString()
  return search ? `/outgoing?${search}` : '/outgoing'
}
