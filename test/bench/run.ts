// `npm run bench`: what the product reaches beside what this machine can do without it, in the same minutes on the same
// cores. `npm run bench -- create message` runs some; BENCH=quick takes a minute,
// BENCH_TICKETS=<number> fewer than a million; BENCH_PROFILE=<folder> leaves CPU profiles, and the
// statements by what they cost.
import fs from 'node:fs'
import path from 'node:path'
import { appraisalPart } from './parts/appraisal.ts'
import { costing, FULL, QUICK, type RunPart } from './parts/context.ts'
import { createPart } from './parts/create.ts'
import { messagePart } from './parts/message.ts'
import { offerPart } from './parts/offer.ts'
import { pagesPart } from './parts/queue.ts'
import { reportPart } from './parts/report.ts'
import { rosterPart } from './parts/roster.ts'
import { socketPart } from './parts/socket.ts'
import { startPart } from './parts/start.ts'
import { widgetPart } from './parts/widget.ts'
import { chosenParts, inOrder, type Measured, type Part, reportOf, tableOf } from './rules.ts'
import { openStage } from './stage.ts'

const REPORT = path.resolve(import.meta.dirname, '../../.data/bench.json')

/** Some measure more than one name at once; each runs once. */
const RUNS: Readonly<Record<Part, RunPart>> = {
  create: createPart,
  queue: pagesPart,
  message: messagePart,
  offer: offerPart,
  widget: widgetPart,
  memory: messagePart,
  socket: socketPart,
  start: startPart,
  search: pagesPart,
  roster: rosterPart,
  appraisal: appraisalPart,
  report: reportPart,
}

const start = performance.now()
const chosen = process.env.BENCH === 'quick' ? QUICK : FULL
const pace = { ...chosen, tickets: Number(process.env.BENCH_TICKETS ?? chosen.tickets) }
const parts = chosenParts(process.argv.slice(2))
const runs = new Set(parts.map((part) => RUNS[part]))
const stage = await openStage()
process.once('SIGINT', () => void stage.close().then(() => process.exit(130)))
let measured: Measured[] = []
try {
  for (const run of runs) measured.push(...(await run({ stage, pace, say, cost: costing(stage, say) })))
} finally {
  await stage.close()
}
measured = inOrder(measured, parts)
fs.mkdirSync(path.dirname(REPORT), { recursive: true })
fs.writeFileSync(REPORT, reportOf(measured))
console.log(`\n${tableOf(measured)}\n\n${REPORT}, ${seconds()} s`)

function say(line: string): void {
  console.log(`${seconds().padStart(4)} s  ${line}`)
}
function seconds(): string {
  return Math.round((performance.now() - start) / 1000).toString()
}
