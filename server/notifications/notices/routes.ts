import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { NoticeId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { listCovered } from '../bell/queries.ts'
import { sentenceOf } from '../deliveries/words.ts'
import { findNotice, listReceipts, listWithReceipts } from '../receipts/queries.ts'
import { openNotice, readNotice } from './actions.ts'
import type { Told } from './queries.ts'
import { wantsReceipt } from './rules.ts'

const MOST = 100

/** One notice with its receipt, and for HR and leaders who has read what. */
export const noticeRoutes = (deps: Deps) => {
  const mine = staffOnly(deps)
  return new Hono<Env>()
    .get('/', staffOnly(deps, 'leadership.read'), async (c) => {
      const { show } = query(c, { show: z.enum(['unread', '']).optional() })
      const lines = await listWithReceipts(deps.db, show === 'unread', MOST)
      return page(c, deps, 'notices/receipts', {
        unread: show === 'unread',
        lines: lines.map((line) => ({ ...line, says: sentenceOf(line, c.var.language) })),
      })
    })
    .get('/:id', mine, async (c) => show(c, deps, pathId<NoticeId>(c)))
    .post('/:id/opening', mine, async (c) => {
      await form(c, {})
      const id = pathId<NoticeId>(c)
      const { path, importance, kind } = await deps.transact(c.var.me.actor, (tx) => openNotice(tx, id))
      return seeOther(c, wantsReceipt(importance) || kind === 'away' ? `/notices/${id}` : path)
    })
    .post('/:id/receipt', mine, async (c) => {
      await form(c, {})
      const id = pathId<NoticeId>(c)
      await deps.transact(c.var.me.actor, (tx) => readNotice(tx, id))
      return seeOther(c, `/notices/${id}`)
    })
}

/** As the bell and the page of a notice show it. */
export const saidTo = (told: Told, language: Language) => ({
  ...told,
  says: sentenceOf(told, language),
  receipt: wantsReceipt(told.importance) && !told.readAt && !told.settledAt,
  fresh: !told.settledAt && (!told.seenAt || (told.importance === 'duty' && !told.readAt)),
})

/** Opened by whoever it was told: seen. A browser that only looks ahead has opened nothing. */
async function show(c: Context<Env>, deps: Deps, id: NoticeId): Promise<Response> {
  const { me, language } = c.var
  const reviews = me.capabilities.has('leadership.read')
  const ahead = /prefetch|prerender/.test(c.req.header('sec-purpose') ?? '')
  const own = ahead ? undefined : await deps.transact(me.actor, (tx) => openNotice(tx, id)).catch(missing)
  const notice = await findNotice(deps.db, id)
  if (!notice || (!own && !reviews)) throw new NotFound()
  const covered = own?.kind === 'away' ? await listCovered(deps.db, id, me.staffId) : []
  return page(c, deps, 'notices/show', {
    notice,
    own: own && saidTo(own, language),
    says: sentenceOf({ ...notice, part: own?.part ?? 'own' }, language),
    people: reviews && wantsReceipt(notice.importance) ? await listReceipts(deps.db, id) : [],
    covered: covered.map((one) => saidTo(one, language)),
  })
}

const missing = (error: unknown): undefined => {
  if (!(error instanceof NotFound)) throw error
}
