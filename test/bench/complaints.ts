import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

const LONGEST = 300
/** What Node says about its own inspector, and what the log says of each request. */
const NO_COMPLAINT = /^(Debugger|For help, see|Starting inspector|\{"level":[123]0,)/

/** What a program says on stderr: each kind once, with how often, when it is over. */
export function complaintsOf(child: ChildProcess): { readonly tell: () => void } {
  const kinds = new Map<string, number>()
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (NO_COMPLAINT.test(line)) return
      const kind = line.replace(/"time":\d+,/, '').slice(0, LONGEST)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    })
  return {
    tell: () => {
      for (const [line, times] of kinds) console.error(`  ${times} × ${line}`)
      kinds.clear()
    },
  }
}
