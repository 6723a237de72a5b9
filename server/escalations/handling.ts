import type { Context } from 'hono'
import { z } from 'zod'
import type { DepartmentId, EscalationId } from '../kernel/ids.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Tx } from '../schema.ts'
import type { Env } from '../web/env.ts'
import { clientId, form, optionalText, rowId, text } from '../web/forms.ts'
import { seeOther } from '../web/page.ts'
import * as act from './actions.ts'
import * as notes from './notes/actions.ts'

export type Ctx = Context<Env>

export type Values = Record<string, unknown>

export const RETURN_REASONS = ['not_ours', 'not_enough', 'not_possible'] as const

/** Letters of one text at most. */
export const WORDS = 4000

export const WORD = { epoch: z.coerce.number().int().min(0), clientId, body: text(WORDS) }

/** The acts of whoever was asked; the same from the page and from a mail's link. */
export async function handling(c: Ctx, id: EscalationId): Promise<{ typed: Values; what: (tx: Tx) => Promise<void> }> {
  switch (c.req.param('act')) {
    case 'acceptance':
      await form(c, {})
      return { typed: {}, what: (tx) => act.acceptEscalation(tx, id) }
    case 'question': {
      const word = await form(c, { clientId, body: text(WORDS) })
      return { typed: { question: word }, what: (tx) => notes.askBack(tx, id, word) }
    }
    case 'note': {
      const word = await form(c, { clientId, body: text(WORDS) })
      return { typed: { note: word }, what: (tx) => notes.noteOnEscalation(tx, id, word) }
    }
    case 'answer': {
      const words = await form(c, { result: optionalText(WORDS), forCustomer: optionalText(WORDS) })
      return { typed: { answer: words }, what: (tx) => act.answerEscalation(tx, id, words) }
    }
    default: {
      const shape = {
        reason: z.enum(RETURN_REASONS),
        words: optionalText(WORDS),
        better: z.union([rowId, z.literal('')]),
      }
      const { better, ...back } = await form(c, shape)
      const to = better === '' ? null : (better as DepartmentId)
      return {
        typed: { back: { ...back, better } },
        what: (tx) => act.returnEscalation(tx, id, { ...back, better: to }),
      }
    }
  }
}

type Ways = { done: string; again: (values: Values) => Promise<Response> }

export async function inPage(
  c: Ctx,
  typed: Values,
  run: () => Promise<unknown>,
  { done, again }: Ways,
): Promise<Response> {
  try {
    await run()
    return seeOther(c, done)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return again({ typed, refused: { [error.field ?? 'form']: error } })
  }
}
