import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { MailKind } from '../../events/notifications.ts'
import type { DeliveryId, MailId } from '../../kernel/ids.ts'
import { maskContact } from '../../kernel/masks.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { LINK_MARK, withoutLinks } from '../../platform/outgoing.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { isThreaded } from '../customers/rules.ts'
import { sendDeliveryAgain } from '../deliveries/actions.ts'
import { waitsForPerson as deliveryWaits } from '../deliveries/rules.ts'
import { sentenceOf } from '../deliveries/words.ts'
import { sendAgain, showLink } from './actions.ts'
import { countOutgoing, listMailsOf, listOutgoing, type Mail, type OutgoingLine } from './queries.ts'
import { isOver, waitsForPerson } from './rules.ts'

const STATES = ['pending', 'sending', 'sent', 'seen', 'failed', 'unknown', 'kept', 'dropped'] as const
const CHANNELS = ['mail', 'page', 'push', 'sms', 'voice', 'wecom', 'dingtalk', 'feishu'] as const
const KINDS = [
  ...(['invitation', 'reset', 'escalation', 'reminder', 'notice', 'digest', 'report'] as const),
  ...(['verification', 'unread', 'transcript', 'morning'] as const),
  ...([
    'alarm',
    'incident',
    'request',
    'answer',
    'promise',
    'unaccepted',
    'roster',
    'attendance',
    'appraisal',
    'recognition',
    'document',
    'brief',
    'away',
    'test',
  ] as const),
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
  values: Record<string, unknown> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const asked = { channel: channel || undefined, kind: kind || undefined, text: q?.trim() || undefined }
  const [lines, counts, { mailFrom }] = await Promise.all([
    listOutgoing(deps.db, { ...asked, state: state || undefined, before, limit: AT_ONCE + 1 }),
    countOutgoing(deps.db, asked),
    currentSettings(deps.db),
  ])
  const shown = lines.slice(0, AT_ONCE)
  const mails = await listMailsOf(
    deps.db,
    shown.filter(({ source }) => source === 'mail').map(({ id }) => id as MailId),
  )
  const { smtpUrl, publicUrl } = deps.config
  const words = { channel: channel || '', kind: kind || '', q: q ?? '' }
  const now = deps.clock.now()
  return page(
    c,
    deps,
    'outgoing/list',
    {
      ...values,
      lines: shown.map((line) =>
        seen(
          line,
          mails.find(({ id }) => line.source === 'mail' && id === line.id),
          c,
          now,
        ),
      ),
      more:
        lines.length > AT_ONCE ? addressOf({ ...words, state: state || '', before: shown.at(-1)?.key ?? '' }) : null,
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

function addressOf(words: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(Object.entries(words).filter(([, value]) => value)).toString()
  return search ? `/outgoing?${search}` : '/outgoing'
}

const TONES: Readonly<Record<OutgoingLine['state'], string>> = {
  pending: 'quiet',
  sending: 'quiet',
  sent: 'ok',
  seen: 'ok',
  failed: 'bad',
  unknown: 'bad',
  kept: 'lamp',
  dropped: 'quiet',
}
const CODES = [
  ...['no_address', 'no_server', 'process_lost', 'link_over', 'restored', 'returned'],
  ...['no_device', 'no_hook', 'no_phone', 'gone', 'over', 'timeout', 'redirected', 'address_inside', 'not_http'],
  ...['not_verified', 'read_meanwhile', 'told_after_all'],
]

/** They quote a customer: what they say is for whoever was asked (REGULATION row 57). */
const ABOUT_CUSTOMERS: readonly string[] = [
  'escalation',
  'reminder',
  'digest',
  'unread',
  'transcript',
  'morning',
] satisfies MailKind[]

const isToCustomer = (kind: MailKind): boolean => kind === 'verification' || isThreaded(kind)

/** Without private links: those are shown on their own, to whoever asks for them by name. */
function seen(line: OutgoingLine, mail: Mail | undefined, c: Context<Env>, now: Date) {
  const { error, source, id, kind, ref, count } = line
  const closed = mail !== undefined && ABOUT_CUSTOMERS.includes(mail.kind)
  return {
    ...line,
    at: `${source}-${id}`,
    isMail: source === 'mail',
    closed,
    recipient: mail?.recipient && isToCustomer(mail.kind) ? maskContact(mail.recipient) : (mail?.recipient ?? null),
    number: closed ? (/NT-\d+/.exec(mail.subject)?.[0] ?? /NT-\d+/.exec(mail.text)?.[0]) : undefined,
    says: closed ? '' : (mail?.subject ?? sentenceOf({ kind: kind as never, ref: ref ?? '', count }, c.var.language)),
    tone: TONES[line.state],
    waits: mail ? waitsForPerson(mail.state) : deliveryWaits(line.state as never),
    over: mail ? isOver(mail, now) : false,
    linkUntil: mail?.linkUntil ?? null,
    paragraphs:
      mail && !closed
        ? mail.text.split('\n\n').map((paragraph) => ({
            pieces: withoutLinks(paragraph, LINK_MARK)
              .split(/(\[\[link\]\])/)
              .filter(Boolean)
              .map((piece) => ({ piece, link: piece === LINK_MARK })),
          }))
        : [],
    code: error && CODES.includes(error) ? error : null,
    said: error && !CODES.includes(error) ? error : null,
    opens: ['escalation', 'reminder', 'notice', 'digest', 'brief', 'report'].includes(kind),
  }
}
