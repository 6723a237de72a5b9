import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { Conflict, NotFound, Refusal, refusal } from '../../kernel/refusal.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, wholeNumber } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { windowOfNight, writeWords } from './actions.ts'
import { linesIn, sendBriefNow } from './letters.ts'
import { findBrief, listBriefs, managersOf } from './queries.ts'

const WORDS = 2000
const MOST = 60

/** The nights in ten lines: for whoever sees the board, and to be added to by the duty manager of the night. */
export const briefRoutes = (deps: Deps) => {
  const reads = staffOnly(deps)
  const place = { publicUrl: deps.config.publicUrl, zone: deps.config.timeZone }
  return new Hono<Env>()
    .get('/', staffOnly(deps, 'board.read'), async (c) =>
      page(c, deps, 'brief/list', { briefs: await listBriefs(deps.db, MOST) }),
    )
    .get('/:night', reads, async (c) => show(c, deps, {}))
    .post('/:night/words', reads, async (c) => {
      const typed = await form(c, { words: optionalText(WORDS), version: wholeNumber })
      const night = nightIn(c)
      try {
        const written = { words: typed.words.trim(), version: typed.version, zone: place.zone }
        await deps.transact(c.var.me.actor, (tx) => writeWords(tx, night, written))
        return seeOther(c, `/brief/${night}`)
      } catch (error) {
        if (error instanceof Conflict)
          return show(c, deps, { typed, refused: refusal('notifications.brief_changed', {}, 'words') }, 422)
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: error }, 422)
      }
    })
    .post('/:night/sending', reads, async (c) => {
      await form(c, {})
      const night = nightIn(c)
      await deps.transact(c.var.me.actor, (tx) => sendBriefNow(tx, night, place))
      return seeOther(c, `/brief/${night}`)
    })
}

function nightIn(c: Context<Env>): string {
  const night = z.iso.date().safeParse(c.req.param('night'))
  if (!night.success) throw new NotFound()
  return night.data
}

async function show(c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 422 = 200) {
  const night = nightIn(c)
  const brief = await findBrief(deps.db, night)
  const window = windowOfNight(night, await currentSettings(deps.db), deps.config.timeZone)
  const mine = (await managersOf(deps.db, window)).includes(c.var.me.staffId)
  if (!brief || brief.lines.length === 0 || (!mine && !c.var.me.capabilities.has('board.read'))) throw new NotFound()
  return page(
    c,
    deps,
    'brief/show',
    {
      typed: { words: brief.words },
      ...values,
      brief,
      mine,
      lines: linesIn(brief.lines, c.var.language),
      paragraphs: brief.words ? brief.words.split('\n') : [],
    },
    status,
  )
}
