import type { ChildProcess } from 'node:child_process'

const SPEAKS_WITHIN_MILLISECONDS = 10_000

/**
 * Has a Node process collect its garbage, by its own inspector, which listens from this signal on: so that memory is
 * measured, and not how long ago the last collection was.
 */
export async function collectGarbage(child: ChildProcess): Promise<void> {
  const address = await (addresses.get(child) ?? awaken(child))
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }))
    socket.onmessage = resolve
    socket.onerror = () => reject(new Error('the inspector does not answer'))
  })
  socket.close()
}

const addresses = new WeakMap<ChildProcess, Promise<string>>()

/** Port 0, please: start the process with this. */
export const INSPECTABLE = '--inspect-port=127.0.0.1:0'

function awaken(child: ChildProcess): Promise<string> {
  const said = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('no inspector')), SPEAKS_WITHIN_MILLISECONDS)
    child.stderr?.on('data', (text) => {
      const address = /ws:\/\/\S+/.exec(String(text))?.[0]
      if (!address) return
      clearTimeout(late)
      resolve(address)
    })
  })
  addresses.set(child, said)
  child.kill('SIGUSR1')
  return said
}
