import type { RosterRunId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { generateAside } from '../server/roster/generator/run.ts'
import { listCells } from '../server/roster/months/cells/queries.ts'
import { readFacts } from '../server/roster/months/facts/queries.ts'
import { findMonth } from '../server/roster/months/queries.ts'
import { isPublished } from '../server/roster/months/rules.ts'
import { failRun, noteProgress, storeFound, takeUpRun } from '../server/roster/months/runs/actions.ts'
import { getRun, listAsked } from '../server/roster/months/runs/queries.ts'
import { dueJob } from './due-job.ts'

/**
 * When HR asks for a roster; minutes of work, on its own queue. A run whose process died over it is begun anew, and one
 * that nobody waits for any more changes nothing: the plan is written once, whole, at the end.
 */
export const generateRoster = dueJob(
  'generate-roster',
  listAsked,
  ({ db, clock, config, transact, log }) =>
    async (id) => {
      const runId = id as RosterRunId
      const run = await getRun(db, runId)
      if (!run || !(await transact(system, (tx) => takeUpRun(tx, runId)))) return
      try {
        const facts = await readFacts(db, run.month, { now: clock.now(), zone: config.timeZone })
        const before = await listCells(db, run.month)
        const month = await findMonth(db, run.month)
        // Published nights stay as they are (H6): only what they lack is looked for.
        const wanted = month && isPublished(month) ? { ...facts, fixed: before } : facts
        const found = await generateAside(
          { facts: wanted, before, seconds: run.seconds },
          { goesOn: (progress) => transact(system, (tx) => noteProgress(tx, runId, progress)) },
        )
        if (!found) return
        const { cells, ...result } = found
        await transact(system, (tx) => storeFound(tx, runId, { cells, result }))
      } catch (error) {
        log.warn({ run: runId, reason: String(error) }, 'no roster was found')
        await transact(system, (tx) => failRun(tx, runId))
      }
    },
  { slow: true, queue: 'roster' },
)
