import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { MailKind } from '../../events/notifications.ts'
import type { MailId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { LINK_MARK } from '../../platform/outgoing.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { sendAgain, showLink } from './actions.ts'
import { countMails, listMails, type Mail } from './queries.ts'
import { isOver, type MailState, waitsForPerson } from './rules.ts'

const STATES = ['pending', 'sending', 'sent', 'failed', 'unknown', 'kept'] as const satisfies readonly MailState[]
const AT_ONCE = 50

/** Everything that went out, or could not: what waits for a person's hand is said first. */
export const outgoingRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'people.edit')
  return new Hono<Env>()
    .get('/', edits, (c) =>
      show(c, deps, query(c, { state: z.enum([...STATES, '']).optional(), before: rowId.optional() })),
    )
    .post('/:id/sending', edits, async (c) => {
      await form(c, {})
      const id = pathId<MailId>(c)
      try {
        await deps.transact(c.var.me.actor, (tx) => sendAgain(tx, id))
        return seeOther(c, '/outgoing')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, {}, { refused: error, at: id }, 422)
      }
    })
    .get('/:id/link', edits, (c) => seeOther(c, '/outgoing'))
    .post('/:id/link', edits, async (c) => {
      await form(c, {})
      const id = pathId<MailId>(c)
      try {
        const link = await deps.transact(c.var.me.actor, (tx) => showLink(tx, id))
        return show(c, deps, {}, { link, at: id })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, {}, { refused: error, at: id }, 422)
      }
    })
}

type Asked = { state?: MailState | '' | undefined; before?: string | undefined }

async function show(
  c: Context<Env>,
  deps: Deps,
  { state, before }: Asked,
  values: Record<string, unknown> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const [mails, counts, { mailFrom }] = await Promise.all([
    listMails(deps.db, { state: state || undefined, before: before as MailId | undefined, limit: AT_ONCE + 1 }),
    countMails(deps.db),
    currentSettings(deps.db),
  ])
  const { smtpUrl, publicUrl } = deps.config
  return page(
    c,
    deps,
    'outgoing/list',
    {
      ...values,
      mails: mails.slice(0, AT_ONCE).map((mail) => seen(mail, deps.clock.now())),
      more: mails.length > AT_ONCE ? mails[AT_ONCE - 1]?.id : null,
      state: state || null,
      states: STATES.filter((one) => counts[one]).map((one) => ({ state: one, count: counts[one] })),
      server: smtpUrl ? new URL(smtpUrl).host : null,
      from: mailFrom || `nightdesk@${new URL(publicUrl).hostname}`,
    },
    status,
  )
}

const TONES: Readonly<Record<MailState, string>> = {
  pending: 'quiet',
  sending: 'quiet',
  sent: 'ok',
  failed: 'bad',
  unknown: 'bad',
  kept: 'lamp',
}
const CODES = ['no_address', 'no_server', 'process_lost', 'link_over', 'returned']

/** They quote a customer: what they say is for whoever was asked (REGULATION row 57). */
const ABOUT_CUSTOMERS: readonly string[] = ['escalation', 'reminder'] satisfies MailKind[]

/** Without the private link: that is shown on its own, to whoever asks for it by name. */
const seen = ({ text, subject, error, ...mail }: Mail, now: Date) => ({
  ...mail,
  ...(ABOUT_CUSTOMERS.includes(mail.kind)
    ? { number: /NT-\d+/.exec(subject)?.[0] ?? /NT-\d+/.exec(text)?.[0], closed: true, paragraphs: [] }
    : { subject, paragraphs: text.split('\n\n').map((line) => ({ line, link: line === LINK_MARK })) }),
  tone: TONES[mail.state],
  waits: waitsForPerson(mail.state),
  over: isOver(mail, now),
  code: error && CODES.includes(error) ? error : null,
  said: error && !CODES.includes(error) ? error : null,
})
