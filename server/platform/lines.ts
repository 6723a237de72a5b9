import { doubledKey } from '../kernel/json.ts'

/** One line as engine.io sees it; what is said of it here is all that we use. */
type Packet = { readonly type: string; readonly data?: unknown }
export type RawLine = {
  readonly on: (event: 'packet' | 'packetCreate' | 'drain', heard: (packet: Packet) => void) => unknown
  readonly close: (discard: boolean) => void
  readonly transport: { readonly socket?: { readonly terminate: () => void } }
}

/** Letters that may wait for whoever does not read them; a few answers of the longest kind. */
const UNREAD_LETTERS = 1_000_000

/**
 * Cuts a line that does not read what it asked for (it comes back and resumes, RELIABILITY 14), and one whose frame has a
 * key twice, which the parser of Socket.IO would not notice.
 */
export function guardLine(line: RawLine): void {
  let unread = 0
  const cut = (): void => {
    const { socket } = line.transport
    line.close(true)
    // A farewell would wait behind everything that is not read.
    socket?.terminate()
  }
  line.on('packetCreate', ({ data }) => {
    unread += typeof data === 'string' ? data.length : 0
    if (unread > UNREAD_LETTERS) cut()
  })
  line.on('drain', () => {
    unread = 0
  })
  line.on('packet', ({ type, data }) => {
    if (type === 'message' && typeof data === 'string' && !isClean(data)) cut()
  })
}

function isClean(frame: string): boolean {
  try {
    return doubledKey(frame) === undefined
  } catch {
    return false // not even the strings in it are JSON
  }
}
