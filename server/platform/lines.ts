import { doubledKey } from '../kernel/json.ts'
import { elapsedMilliseconds } from './clock.ts'

/** One line as engine.io sees it; what is said of it here is all that we use. */
type Packet = { readonly type: string; readonly data?: unknown }
export type RawLine = {
  readonly on: (event: 'packet' | 'packetCreate' | 'drain', heard: (packet: Packet) => void) => unknown
  readonly close: (discard: boolean) => void
  readonly transport: { readonly socket?: { readonly terminate: () => void } }
}

/** Letters that may wait for whoever does not read them; a few answers of the longest kind. */
const UNREAD_LETTERS = 1_000_000

/** Ten times what a socket may say, and as much as that is in the longest frames: merely to refuse more costs everybody. */
const FRAMES = { burst: 400, perSecond: 100 }
const LETTERS = { burst: 40 * 64_000, perSecond: 10 * 64_000 }

/**
 * Cuts a line that does not read what it asked for (it comes back and resumes, RELIABILITY 14), one that says far more than
 * it is answered, and one whose frame has a key twice, which the parser of Socket.IO would not notice.
 */
export function guardLine(line: RawLine): void {
  let unread = 0
  const frames = allowance(FRAMES)
  const letters = allowance(LETTERS)
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
    const words = typeof data === 'string' ? data : ''
    if (!frames(1) || !letters(words.length) || (type === 'message' && !isClean(words))) cut()
  })
}

/** Says yes while there is some left; refilled evenly. */
function allowance({ burst, perSecond }: { burst: number; perSecond: number }): (cost: number) => boolean {
  let left = burst
  let at = elapsedMilliseconds()
  return (cost) => {
    const now = elapsedMilliseconds()
    left = Math.min(burst, left + ((now - at) / 1000) * perSecond) - cost
    at = now
    return left >= 0
  }
}

function isClean(frame: string): boolean {
  try {
    return doubledKey(frame) === undefined
  } catch {
    return false // not even the strings in it are JSON
  }
}
