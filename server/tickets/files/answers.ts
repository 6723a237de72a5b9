import type { Context } from 'hono'
import type { ZodType } from 'zod'
import type { TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import { download } from '../../web/download.ts'
import type { Env } from '../../web/env.ts'
import { clientId, form } from '../../web/forms.ts'
import { uploaded } from '../../web/uploads.ts'
import type { SentFile } from './actions.ts'
import { findFile } from './queries.ts'
import { FILE_BYTES, whyNotAttach } from './rules.ts'

/** A file and what a form needs around it. */
export const FILE_FORM_BYTES = FILE_BYTES + 50_000

/** What a form with a file holds: `clientId`, `file`, and more where a door asks for it. */
export async function sentFile<More extends Record<string, ZodType>>(c: Context<Env>, more: More = {} as More) {
  const fields = await form(c, { clientId, ...more })
  const file = uploaded(c, 'file')
  if (!file) throw whyNotAttach('empty')
  return { ...fields, name: file.name, bytes: file.bytes } as typeof fields & SentFile
}

/** The file of the message with the number in the path. */
export async function answerFile(c: Context<Env>, { db, files }: Deps, ticketId: TicketId): Promise<Response> {
  const seq = Number(/^[1-9]\d{0,8}$/.exec(c.req.param('seq') ?? '')?.[0])
  const file = Number.isNaN(seq) ? undefined : await findFile(db, ticketId, seq)
  if (!file) throw new NotFound()
  return download(c, files, file)
}
