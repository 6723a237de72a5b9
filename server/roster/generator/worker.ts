import { parentPort, workerData } from 'node:worker_threads'
import type { Cell, MonthFacts } from '../facts.ts'
import { generate } from './generate.ts'
import { openSolver } from './solver.ts'

/** A thread of its own, so that nobody's page waits while a month is looked for. */
const { facts, before, seconds } = workerData as { facts: MonthFacts; before: readonly Cell[]; seconds: number }
const progress = (done: number): void => parentPort?.postMessage({ progress: done })
parentPort?.postMessage({ found: generate(facts, { before, seconds, solve: await openSolver(), progress }) })
