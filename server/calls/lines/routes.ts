import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { LineId, StaffId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId, text, typedIn, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { ADAPTERS } from '../adapters/choice.ts'
import { addLine, changeLine, rekeyLine, removeExtension, removeLine, setExtension } from './actions.ts'
import { playCall } from './playing.ts'
import { getLine, lastEvents, listExtensions, listLines, listPhonable } from './queries.ts'
import { TEST_PLAYS, type TypedLine } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>
const EVENTS = 30
const LINE = {
  name: text(60),
  number: text(40),
  adapter: z.enum(ADAPTERS),
  secret: optionalText(300),
  addresses: optionalText(1000),
  hosts: optionalText(1000),
  voicemail: z.literal('1').optional(),
  ringSeconds: wholeNumber.refine((seconds) => seconds >= 5 && seconds <= 300, 'seconds'),
}
const typedLine = ({ voicemail, ...typed }: z.infer<z.ZodObject<typeof LINE>>): TypedLine => ({
  ...typed,
  voicemail: voicemail === '1',
})
const NEW = { adapter: 'cti', ringSeconds: '30' }

/** Lines of the telephone: how a PBX is connected, what it has sent lately, and what was made of it. */
export function lineRoutes(deps: Deps) {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const { done } = query(c, { done: z.enum(['removed', 'extension']).optional() })
      return showList(c, deps, { done })
    })
    .post('/', edits, async (c) => {
      try {
        const typed = await form(c, LINE)
        const { lineId, token } = await deps.transact(c.var.me.actor, (tx) => addLine(tx, typedLine(typed)))
        return showLine(c, deps, lineId, { token, done: 'added' })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showList(c, deps, { typed: typedIn(c), refused: error }, 422)
      }
    })
    .post('/extensions', edits, async (c) => {
      const { extension, staff } = await form(c, { extension: text(50), staff: rowId })
      try {
        await deps.transact(c.var.me.actor, (tx) => setExtension(tx, extension.trim(), staff as StaffId))
        return seeOther(c, '/settings/lines?done=extension')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showList(c, deps, { extension: { extension, staff }, refused: error }, 422)
      }
    })
    .post('/extensions/removal', edits, async (c) => {
      const { extension } = await form(c, { extension: text(50) })
      await deps.transact(c.var.me.actor, (tx) => removeExtension(tx, extension))
      return seeOther(c, '/settings/lines?done=extension')
    })
    .get('/:id{[0-9]+}', edits, async (c) => {
      const { done } = query(c, { done: z.enum(['saved', 'played']).optional() })
      return showLine(c, deps, pathId<LineId>(c), { done })
    })
    .post('/:id{[0-9]+}', edits, async (c) => {
      const id = pathId<LineId>(c)
      try {
        const { forget, ...typed } = await form(c, { ...LINE, forget: z.literal('1').optional() })
        await deps.transact(c.var.me.actor, (tx) => changeLine(tx, id, typedLine(typed), forget === '1'))
        return seeOther(c, `/settings/lines/${id}?done=saved`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return showLine(c, deps, id, { typed: typedIn(c), refused: error }, 422)
      }
    })
    .post('/:id{[0-9]+}/token', edits, async (c) => {
      await form(c, {})
      const id = pathId<LineId>(c)
      const token = await deps.transact(c.var.me.actor, (tx) => rekeyLine(tx, id))
      return showLine(c, deps, id, { token, done: 'rekeyed' })
    })
    .post('/:id{[0-9]+}/removal', edits, async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => removeLine(tx, pathId<LineId>(c)))
      return seeOther(c, '/settings/lines?done=removed')
    })
    .post('/:id{[0-9]+}/test', edits, async (c) => {
      const { play } = await form(c, { play: z.enum(TEST_PLAYS) })
      const line = await getLine(deps.db, pathId<LineId>(c))
      await playCall(deps, line, { play, by: c.var.me.staffId })
      return seeOther(c, `/settings/lines/${line.id}?done=played`)
    })
}

async function showList(c: Ctx, deps: Deps, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const [lines, extensions, people] = await Promise.all([
    listLines(deps.db),
    listExtensions(deps.db),
    listPhonable(deps.db),
  ])
  const shown = lines.map(({ token_hash: _, secret, ...line }) => ({ ...line, signed: secret !== null }))
  const all = { typed: NEW, extension: {}, ...values, lines: shown, extensions, people, adapters: ADAPTERS }
  return page(c, deps, 'lines/list', all, status)
}

async function showLine(c: Ctx, deps: Deps, id: LineId, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const { db, config } = deps
  const { token_hash: _, secret, ...line } = await getLine(db, id)
  const [events, { callRecordingNotice }] = await Promise.all([lastEvents(db, id, EVENTS), currentSettings(db)])
  const token = typeof values.token === 'string' ? values.token : null
  const typed = {
    name: line.name,
    number: line.number,
    adapter: line.adapter,
    secret: '',
    addresses: line.addresses.join(', '),
    hosts: line.recording_hosts.join(', '),
    voicemail: line.voicemail ? '1' : '',
    ringSeconds: line.ring_seconds,
  }
  const shown = events.map((one) => ({
    ...one,
    late: one.receivedAt.getTime() - one.at.getTime() > LATE_MILLISECONDS,
    said: JSON.stringify(one.raw, null, 1),
  }))
  const all = {
    typed,
    ...values,
    line: { ...line, signed: secret !== null },
    address: token ? `${config.publicUrl}/api/v1/cti/${token}` : null,
    shape: `${config.publicUrl}/api/v1/cti/…`,
    events: shown,
    adapters: ADAPTERS,
    plays: TEST_PLAYS,
    notice: callRecordingNotice,
  }
  return wantsPart(c)
    ? fragment(c, deps, 'lines/show', 'events', all, status)
    : page(c, deps, 'lines/show', all, status)
}
const LATE_MILLISECONDS = 10_000
