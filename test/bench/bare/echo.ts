// The ceiling of the live line: Socket.IO that acknowledges what it gets, set up as the product's own.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { beWorker } from '../child.ts'
import { freePort } from '../stage.ts'

beWorker(async () => {
  const http = createServer()
  const io = new Server(http, {
    path: '/live',
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 64_000,
    pingInterval: 5_000,
    pingTimeout: 10_000,
    connectTimeout: 10_000,
  })
  let seq = 0
  io.of('/chat').on('connection', (socket) => {
    socket.on('message.post', (_message: unknown, acknowledge: (answer: object) => void) => {
      seq += 1
      acknowledge({ seq })
    })
  })
  const port = await freePort()
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  return async () => `http://127.0.0.1:${port}`
})
