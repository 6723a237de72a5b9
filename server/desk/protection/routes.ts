import { Hono } from 'hono'
import { z } from 'zod'
import { DUTIES, WORDS_LETTERS } from '../../customers/abuse/rules.ts'
import type { TicketId } from '../../kernel/ids.ts'
import type { Around } from '../../tickets/conversation/around.ts'
import { readTicket } from '../../tickets/conversation/reading.ts'
import { acting, homeOf } from '../../tickets/conversation/routes.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, seeOther, wantsPart } from '../../web/page.ts'
import { pressPanic } from './actions.ts'
import { CHOSEN, lastWordsOf } from './queries.ts'
import { ONWARDS } from './rules.ts'

const MOST_CHOSEN = 200
const PRESSED = {
  epoch: wholeNumber,
  reason: z.enum(DUTIES),
  note: optionalText(WORDS_LETTERS),
  evidence: z.enum(['all', 'chosen']),
  seqs: z.array(wholeNumber).max(MOST_CHOSEN).optional(),
  onward: z.enum(ONWARDS),
}

/** POST /tickets/:id/abuse: the panic key, with or without a script. */
export const protectionRoutes = (deps: Deps, around: Around) =>
  new Hono<Env>()
    .get('/:id/abuse/words', staffOnly(deps, 'desk.work'), async (c) => {
      const { id, veil } = await readTicket(deps, c.var.me, pathId<TicketId>(c))
      if (!wantsPart(c)) return seeOther(c, homeOf(c, id))
      const words = (await lastWordsOf(deps.db, id, CHOSEN)).map((word) => ({ ...word, body: veil.words(word.body) }))
      return fragment(c, deps, 'abuse/beside', 'words', { words })
    })
    .post('/:id/abuse', staffOnly(deps, 'desk.work'), async (c) => {
      const { evidence, seqs = [], note, ...pressed } = await form(c, PRESSED)
      const id = pathId<TicketId>(c)
      const panic = { ...pressed, note: note.trim(), seqs: evidence === 'all' ? null : seqs }
      return acting(c, { deps, ...around }, async (tx) => void (await pressPanic(tx, id, panic)), {
        panel: 'abuse',
        typed: { ...pressed, note, evidence, seqs: seqs.map(String) },
        toast: 'abuse',
      })
    })
