// Visitors who have the chat open and say nothing.
import { io } from 'socket.io-client'
import { beWorker } from '../child.ts'
import { tokenOf } from '../company.ts'

/** Visitors from..to open a line each. */
export type IdleJob = { readonly origin: string; readonly from: number; readonly to: number }

const AT_ONCE = 25

beWorker(async () => async ({ origin, from, to }: IdleJob): Promise<number> => {
  let opened = 0
  for (let begin = from; begin <= to; begin += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, to - begin + 1) }, (_, n) => begin + n)
    await Promise.all(some.map((n) => open(origin, n)))
    opened += some.length
  }
  return opened
})

function open(origin: string, n: number): Promise<void> {
  const socket = io(`${origin}/chat`, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    auth: { token: tokenOf('visitor', n) },
    extraHeaders: { origin, 'x-forwarded-for': `10.3.${(n >> 8) & 255}.${n & 255}` },
  })
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('connect_error', (error) => reject(new Error(`a line was refused: ${error.message}`)))
  })
}
