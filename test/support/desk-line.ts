import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'

/** A live line of the desk, as a browser with these headers begins it. */
export const openDeskLine = (url: string, headers: Record<string, string>): Socket =>
  io(`${url}/desk`, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: headers,
  })

/** Waits until a line is open, fails with the reason of its refusal; it is cut when the test ends. */
export function opened(socket: Socket): Promise<Socket> {
  onTestFinished(() => void socket.disconnect())
  return new Promise((resolve, reject) => socket.once('connect', () => resolve(socket)).once('connect_error', reject))
}

/** The live line of an open page of the desk, of whom the cookie names. */
export const deskLine = (url: string, cookie: string): Promise<Socket> =>
  opened(openDeskLine(url, { cookie, origin: url }))
