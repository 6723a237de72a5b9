import { once } from 'node:events'
import net from 'node:net'
import { freePort } from './program.ts'

/** A line between a browser and the house that can be cut, mended, and closed to live lines alone; what was on its way when it is cut is lost. */
export async function openLine(target: () => number) {
  const port = await freePort()
  const open = new Set<net.Socket>()
  let cut = false
  let refuses = false
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
    near.on('data', (bytes: Buffer) => {
      // As a proxy does that knows nothing but plain HTTP.
      if (refuses && /^upgrade: websocket/im.test(bytes.toString('latin1')))
        near.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      else far.write(bytes)
    })
    near.on('end', () => far.end())
    far.pipe(near)
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
      refuses = false
    },
    /** From now on no live line comes through, and those that are open break. */
    refuseSockets: () => {
      refuses = true
      for (const socket of open) socket.destroy()
    },
    close: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
