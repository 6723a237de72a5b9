/** A live line that breaks and comes back, and how well the house is reached: `up`, `slow` where only HTTP gets through, or `down`. */
const ANSWER_WITHIN = 5000
/** A line that has not come up by then does not get through here. */
const PATIENCE = 6000
const REFUSED_AGAIN_AFTER = 5000

/** @param hear is told how the line is, whenever that may have changed */
export function watchLine(socket, hear) {
  let closed = false
  let degraded = false
  /** Whether the house answered the last time it was asked over HTTP. */
  let reached = true
  let lineless = Date.now()

  function tell() {
    if (closed) return
    const slow = socket.connected ? degraded : Date.now() - lineless > PATIENCE
    hear(!socket.connected && !reached ? 'down' : slow ? 'slow' : 'up')
  }
  function again(after) {
    setTimeout(() => !closed && socket.connect(), after * (1 + Math.random()))
  }
  function degrade(on) {
    degraded = on
    tell()
  }

  socket.on('connect', tell)
  socket.on('disconnect', (reason) => {
    lineless = Date.now()
    if (reason === 'io server disconnect') again(500)
  })
  // A handshake that the house refuses is not tried again by the library.
  socket.on('connect_error', ({ data }) => {
    if (!socket.active) again(1000 * (data?.error?.retryAfterSeconds ?? 0) || REFUSED_AGAIN_AFTER)
  })
  socket.on('degraded', ({ on }) => degrade(on))
  const dark = () => {
    reached = false
    if (!socket.connected) tell()
    else hear('down')
  }
  addEventListener('offline', dark)

  return {
    /** The answer of the house, or null where none came. */
    ask: async (name, body) => {
      if (!socket.connected) return null
      try {
        return await socket.timeout(ANSWER_WITHIN).emitWithAck(name, body)
      } catch {
        return null
      }
    },
    /** Every message comes by it; else some may be missing. */
    isWhole: () => socket.connected && !degraded,
    degrade,
    reach: (answered) => {
      reached = answered
      tell()
    },
    close: () => {
      closed = true
      removeEventListener('offline', dark)
      socket.disconnect()
    },
  }
}
