import type { Context } from 'hono'
import { HOUR, plus } from '../kernel/time.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { listToScore } from './deciding/queries.ts'
import { shiftsLed } from './notes/queries.ts'

type Ctx = Context<Env>

/** What stands beside one's own page, for whom. */
export async function tabsOf(c: Ctx, { db, clock }: Deps) {
  const { me } = c.var
  const { shiftNoteHours } = await currentSettings(db)
  const signs = me.capabilities.has('appraisal.sign')
  const since = plus(clock.now(), -shiftNoteHours * HOUR)
  const [led, toScore] = await Promise.all([
    shiftsLed(db, me.staffId, { since, now: clock.now() }),
    listToScore(db, { by: me.staffId, signs }),
  ])
  return {
    tabs: {
      notes: led.length > 0,
      toNote: led.filter(({ note }) => !note).length,
      scoring: toScore.length > 0,
      toScore: toScore.filter(({ scoredAt }) => !scoredAt).length,
      all: signs || me.capabilities.has('appraisal.review'),
      reviews: me.capabilities.has('appraisal.review'),
    },
  }
}
