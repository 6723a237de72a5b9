import { z } from 'zod'
import { LANGUAGES } from '../kernel/language.ts'
import { Malformed } from '../kernel/refusal.ts'
import { RATING_REASONS } from '../tickets/ratings/rules.ts'
import { clientId, optionalText, rowId, text } from '../web/forms.ts'
import { LIMITS } from './rules.ts'

/** The exact shape of everything that a client may send (protocol.md). Missing, doubled, unknown and wrongly typed is a 400. */
const seq = z.number().int().min(0).max(2_147_483_647)
const score = z.number().int().min(1).max(5)
/** The page that a customer came from. */
const webPage = optionalText(LIMITS.pageLetters).refine(
  (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
)

export const VISITOR = { language: z.enum(LANGUAGES) }

export const APPEAL = { text: text(LIMITS.appealLetters) }

export const QUESTION = {
  clientId,
  termsVersion: z.number().int(),
  language: z.enum(LANGUAGES),
  name: text(LIMITS.nameLetters),
  contact: text(LIMITS.contactLetters),
  topicId: rowId.nullable(),
  question: text(LIMITS.questionLetters),
  page: webPage.nullish(),
  channel: z.enum(['web', 'widget', 'api']).default('api'),
  urgent: z.literal(true).optional(),
}

export const MESSAGE = { clientId, body: text(LIMITS.messageLetters) }
export const MARKS = { delivered: seq.optional(), read: seq.optional() }
/** At least one of the two; what was not said is left out. */
export function marksIn({ delivered, read }: { delivered?: number | undefined; read?: number | undefined }) {
  if (delivered === undefined && read === undefined) throw new Malformed('bad_field', 'read')
  return { ...(delivered === undefined ? {} : { delivered }), ...(read === undefined ? {} : { read }) }
}

/** As it came by SMS, with or without spaces. */
export const PROOF = { code: text(20) }

export const RATING = {
  service: score,
  product: score.nullish(),
  reasons: z
    .array(z.enum(RATING_REASONS))
    .max(RATING_REASONS.length)
    .refine((reasons) => new Set(reasons).size === reasons.length)
    .default([]),
  comment: optionalText(LIMITS.commentLetters).default(''),
}

/** Numbers of an address arrive as text. */
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
export const AFTER = {
  after: wholeNumber(0, 2_147_483_647).default(0),
  limit: wholeNumber(1, LIMITS.messagesAtOnce).default(LIMITS.messagesAtOnce),
}

/** What rides in the handshake of a socket. Whether the token is one is not its shape: a wrong one is a 401. */
export const HANDSHAKE = z.strictObject({ token: z.unknown().optional(), language: z.enum(LANGUAGES).optional() })

export const SOCKET = {
  message: z.strictObject({ ticketId: rowId, ...MESSAGE }),
  marks: z.strictObject({ ticketId: rowId, ...MARKS }),
  typing: z.strictObject({ ticketId: rowId, on: z.boolean() }),
  resume: z.strictObject({
    tickets: z.array(z.strictObject({ id: rowId, after: seq })).max(LIMITS.ticketsAtOnce),
  }),
}
