import type { ChildProcess } from 'node:child_process'
import { fill, openConversations, peopleOf, visitors } from '../company.ts'
import { collectGarbage } from '../inspector.ts'
import type { IdleJob } from '../load/idle.ts'
import { pssBytes } from '../processes.ts'
import { atMost, type Measured } from '../rules.ts'
import type { Bench } from './context.ts'

/** Before anything is counted: code and buffers that the first lines bring with them. */
const FIRST = 100
const SETTLE_MILLISECONDS = 1500
const EACH = 50

/** What one visitor who has the chat open and says nothing keeps in memory, beside a Socket.IO that knows nobody. */
export async function socketPart({ stage, pace, say }: Bench): Promise<Measured[]> {
  const all = FIRST + pace.sockets
  const url = await stage.database('idle')
  const product = await stage.startProduct(url)
  await fill(url, [
    ...peopleOf(Math.ceil(all / EACH)),
    ...visitors(1, all),
    ...openConversations(all, EACH),
    'analyze tickets, visitors, customers, staff',
  ])
  const bare = await stage.startWorker('bare/echo.ts', {})
  say(`socket: ${pace.sockets} visitors who say nothing`)
  const each = async (process: ChildProcess, origin: string): Promise<number> => {
    const load = await stage.startWorker('load/idle.ts', {})
    await load.ask({ origin, from: 1, to: FIRST } satisfies IdleJob)
    const before = await memoryOf(process)
    await load.ask({ origin, from: FIRST + 1, to: all } satisfies IdleJob)
    const after = await memoryOf(process)
    await load.end()
    return (after - before) / pace.sockets / 1000
  }
  const ceiling = await each(bare.process, await bare.ask<string>({}))
  const value = await each(product.process, product.url)
  await bare.end()
  await product.stop()
  return [atMost('socket of an idle visitor', 1.5, { value, ceiling, unit: 'kB', of: 'bare Socket.IO' })]
}

async function memoryOf(child: ChildProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS))
  await collectGarbage(child)
  await collectGarbage(child)
  return pssBytes([child.pid ?? 0])
}
