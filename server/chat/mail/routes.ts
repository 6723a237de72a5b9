import { type Context, Hono } from 'hono'
import { shown } from '../../customers/privacy/rules.ts'
import type { IncomingId } from '../../kernel/ids.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'
import { mailboxName } from '../../platform/mailbox-line.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { listRefused, type Refused } from './queries.ts'
import { takeRefused } from './reader.ts'
import { findReader } from './reading/queries.ts'

const AT_ONCE = 50

/** /incoming: how the mailbox is read, and what of it the house did not take. */
export const incomingRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'people.edit')
  return new Hono<Env>()
    .get('/', edits, (c) => show(c, deps, query(c, { before: rowId.optional() }).before as IncomingId | undefined))
    .post('/:id/taking', edits, async (c) => {
      await form(c, {})
      const id = pathId<IncomingId>(c)
      try {
        if (!(await takeRefused(deps, c.var.me.actor, id))) throw refusal('incoming.nothing_left')
        return seeOther(c, '/incoming')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, undefined, { refused: error, at: id }, 422)
      }
    })
}

async function show(
  c: Context<Env>,
  deps: Deps,
  before: IncomingId | undefined,
  values: Record<string, unknown> = {},
  status: 200 | 422 = 200,
): Promise<Response> {
  const { imapUrl } = deps.config
  const mailbox = imapUrl ? mailboxName(imapUrl) : null
  const [letters, reader, { mailFolder }] = await Promise.all([
    listRefused(deps.db, { before, limit: AT_ONCE + 1 }),
    mailbox ? findReader(deps.db, mailbox) : undefined,
    currentSettings(deps.db),
  ])
  const inFull = c.var.me.capabilities.has('customer.read')
  return page(
    c,
    deps,
    'incoming/list',
    {
      ...values,
      letters: letters.slice(0, AT_ONCE).map((letter) => seen(letter, inFull)),
      more: letters.length > AT_ONCE ? letters[AT_ONCE - 1]?.id : null,
      mailbox,
      reader,
      folder: mailFolder,
    },
    status,
  )
}

const KILOBYTE = 1000
/** Whoever may not see customers reads neither their addresses nor the numbers in their words (REGULATION row 57). */
const seen = ({ sender, subject, headers, raw, bytes, ...letter }: Refused, inFull: boolean) => ({
  ...letter,
  sender: sender && shown('contact', sender, inFull),
  subject: subject && shown('words', subject, inFull),
  headers: Object.entries(headers ?? {}).map(([name, value]) => ({ name, value: shown('words', value, inFull) })),
  kilobytes: Math.max(1, Math.round(bytes / KILOBYTE)),
  left: raw !== null,
})
