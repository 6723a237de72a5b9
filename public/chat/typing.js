/** Who is typing, on both sides of one conversation. */
const SAID_EVERY = 3000
const FADES_AFTER = 6000

/** @param hear is told who types there, null when nobody does any more */
export function typingOf(ticketId, socket, hear) {
  let saidAt = 0
  let fades
  socket.on('typing', ({ ticketId: of, on, ...who }) => {
    if (of !== ticketId) return
    clearTimeout(fades)
    hear(on ? who : null)
    if (on) fades = setTimeout(() => hear(null), FADES_AFTER)
  })
  socket.on('disconnect', () => hear(null))
  return {
    goesOn: () => {
      if (!socket.connected || Date.now() - saidAt < SAID_EVERY) return
      saidAt = Date.now()
      socket.emit('typing', { ticketId, on: true })
    },
    ends: () => {
      saidAt = 0
      if (socket.connected) socket.emit('typing', { ticketId, on: false })
    },
  }
}
