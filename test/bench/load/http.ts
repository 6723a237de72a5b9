// Many connections that ask again as soon as they are answered: how many answers a second, and how long each took.
import { beWorker } from '../child.ts'
import { openWire, type Request } from '../wire.ts'

export type HttpJob = {
  readonly origin: string
  readonly connections: number
  readonly milliseconds: number
  /** Sent in turn; from the beginning again, unless each may go out once. */
  readonly requests: readonly Request[]
  readonly once?: boolean
  readonly expect: number
}
export type HttpRun = {
  readonly took: number[]
  readonly seconds: number
  /** By the index of the request, where each went out once. */
  readonly answers: { readonly n: number; readonly body: string }[]
  readonly failed: string[]
}

/** The first of them warm up what has never run. */
const WARM_UP_SHARE = 0.1

beWorker(async () => async (job: HttpJob): Promise<HttpRun> => {
  const { origin, connections, milliseconds, requests, expect, once = false } = job
  const wires = await Promise.all(Array.from({ length: connections }, () => openWire(origin)))
  const run: HttpRun = { took: [], seconds: 0, answers: [], failed: [] }
  const most = once ? requests.length : Number.POSITIVE_INFINITY
  let n = 0
  const start = performance.now()
  const counted = start + milliseconds * WARM_UP_SHARE
  const until = start + milliseconds
  await Promise.all(
    wires.map(async (wire) => {
      for (let begin = performance.now(); begin < until && n < most; begin = performance.now()) {
        const mine = n++
        const request = requests[mine % requests.length]
        if (!request) break
        const { status, body } = await wire.send(request)
        if (begin >= counted) run.took.push(performance.now() - begin)
        if (status !== expect)
          run.failed.push(`${request.path} was answered ${status}: ${body.toString().slice(0, 200)}`)
        else if (once) run.answers.push({ n: mine, body: body.toString() })
      }
    }),
  )
  for (const wire of wires) wire.close()
  return { ...run, seconds: (performance.now() - counted) / 1000 }
})
