import { Hono } from 'hono'
import { veiled } from '../../customers/privacy/rules.ts'
import type { ReminderId } from '../../kernel/ids.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env, SignedIn } from '../../web/env.ts'
import { form, pathId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { listTold } from '../bell/queries.ts'
import { openAll } from '../notices/actions.ts'
import { saidTo } from '../notices/routes.ts'
import { OWN_LINES } from '../notices/rules.ts'
import { readAllReminders, readReminder } from './actions.ts'
import { listReminders, type Reminder } from './queries.ts'

const MOST = 60

/** What this person was told and reminded of: the unread first; a press opens what it is about and counts as read. */
export const reminderRoutes = (deps: Deps) => {
  const mine = staffOnly(deps)
  return new Hono<Env>()
    .get('/', mine, async (c) => {
      const { staffId } = c.var.me
      const [all, told] = await Promise.all([
        listReminders(deps.db, staffId, MOST),
        listTold(deps.db, staffId, OWN_LINES, MOST),
      ])
      const reminders = all.map((one) => seenReminder(c.var.me, one))
      const notices = told.map((one) => saidTo(one, c.var.language))
      const unread = reminders.some(({ readAt }) => !readAt) || notices.some(({ seenAt }) => !seenAt)
      const values = { reminders, notices, unread, any: reminders.length + notices.length > 0 }
      return wantsPart(c)
        ? fragment(c, deps, 'reminders/list', 'list', values)
        : page(c, deps, 'reminders/list', values)
    })
    .post('/reading', mine, async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, async (tx) => {
        await readAllReminders(tx)
        await openAll(tx)
      })
      return seeOther(c, '/reminders')
    })
    .post('/:id/reading', mine, async (c) => {
      await form(c, {})
      const reminder = await deps.transact(c.var.me.actor, (tx) => readReminder(tx, pathId<ReminderId>(c)))
      return seeOther(c, placeOf(reminder))
    })
}

/** Whoever was asked, or heads who was asked, sees whom it is about at any time; an owner while on post and while it is theirs. */
const seenReminder = (me: SignedIn, one: Reminder): Reminder => (one.part === 'owner' ? veiled(me, one) : one)

const placeOf = ({ part, escalationId, ticketId, caseId }: Reminder): string =>
  caseId ? `/abuse/${caseId}` : part !== 'owner' && escalationId ? `/escalations/${escalationId}` : `/desk/${ticketId}`
