import { once } from 'node:events'
import net from 'node:net'
import { freePort } from './program.ts'

/** A line between a browser and the house that can be cut and mended; what was on its way when it is cut is lost. */
export async function openLine(target: () => number) {
  const port = await freePort()
  const open = new Set<net.Socket>()
  let cut = false
  const server = net.createServer((near) => {
    if (cut) return void near.destroy()
    const far = net.connect(target(), '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port,
    cut: () => {
      cut = true
      for (const socket of open) socket.destroy()
    },
    mend: () => {
      cut = false
    },
    close: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
