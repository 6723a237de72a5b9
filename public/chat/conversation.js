/**
 * One conversation of the customer's protocol, section 5: every message once and in order, whatever happens to the line.
 * It draws nothing; `hear` is told of what changed.
 */
import { io } from '/lib/socket.io.js'
import { call, isPassing } from './api.js'
import { keepUnsent, newId, unsentOf } from './store.js'

const RESUME_EVERY = 15_000
const POLL_EVERY = 3000
const ANSWER_WITHIN = 5000
const TRY_AGAIN_AFTER = 3000
const TYPING_EVERY = 3000
const TYPING_FADES = 6000

export async function openConversation({ token, language, ticketId, hear }) {
  const messages = new Map()
  let unsent = (await unsentOf(ticketId)).map((one) => ({ ...one, failed: false }))
  let ticket = null
  let closed = false
  let degraded = false
  let flushing = false
  let typedAt = 0
  let typingTimer
  let retry
  const told = { delivered: 0, read: 0 }

  const api = (method, path, body) => call(method, path, { token, language, body })
  /** The last number without a gap before it. */
  const last = () => {
    let seq = 0
    while (messages.has(seq + 1)) seq++
    return seq
  }
  const draw = () =>
    hear.talk(
      [...messages.values()].sort((a, b) => a.seq - b.seq),
      unsent,
    )

  function take(list) {
    for (const message of list) {
      if (message.ticketId !== ticketId || messages.has(message.seq)) continue
      messages.set(message.seq, message)
      if (message.author === 'staff') hear.typing(null)
      if (unsent.some(({ clientId }) => clientId === message.clientId)) forget(message.clientId)
    }
    draw()
    mark()
  }

  function forget(clientId) {
    unsent = unsent.filter((one) => one.clientId !== clientId)
    void keepUnsent(ticketId, unsent)
  }

  const socket = io('/chat', {
    path: '/live',
    transports: ['websocket'],
    auth: { token, language },
    forceNew: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 8000,
    randomizationFactor: 0.6,
  })
  const ask = async (name, body) => {
    if (!socket.connected) return null
    try {
      return await socket.timeout(ANSWER_WITHIN).emitWithAck(name, body)
    } catch {
      return null
    }
  }

  /** First load, resume and polling are one path: what I have, tell me the rest. */
  async function resume() {
    for (let more = true; more && !closed; ) {
      const after = last()
      const gap = await fetchGap(after)
      if (!gap) return
      take(gap.messages)
      if (gap.marks) hear.marks(gap.marks)
      more = last() < gap.lastSeq && last() > after
    }
  }
  async function fetchGap(after) {
    const live = await ask('resume', { tickets: [{ id: ticketId, after }] })
    if (live?.tickets?.[0]?.messages) {
      setDegraded(live.degraded)
      return live.tickets[0]
    }
    const { status, body } = await api('GET', `/tickets/${ticketId}/messages?after=${after}`)
    hear.line(status !== 0)
    if (status === 401) gone()
    return status === 200 ? body : null
  }

  async function refresh() {
    const { status, body } = await api('GET', `/tickets/${ticketId}`)
    if (status === 401 || status === 404) return gone()
    if (status !== 200) return
    ticket = body
    hear.ticket(ticket)
    hear.marks(ticket.marks)
    if (ticket.lastSeq > last()) await resume()
  }

  function gone() {
    if (closed) return
    close()
    hear.gone()
  }

  /** Words go out in their order, one at a time, by whichever door is open. */
  async function flush() {
    if (flushing || closed) return
    flushing = true
    clearTimeout(retry)
    for (const one of [...unsent]) {
      if (one.failed) continue
      const outcome = await deliver(one)
      if (outcome === 'later') {
        retry = setTimeout(flush, TRY_AGAIN_AFTER * (0.7 + Math.random() * 0.6))
        break
      }
      if (outcome === 'stored') forget(one.clientId)
      else one.failed = outcome
      draw()
    }
    flushing = false
  }
  async function deliver({ clientId, body }) {
    const live = await ask('message.post', { ticketId, clientId, body })
    if (live && !live.error) {
      keepOwn(live, clientId, body)
      return 'stored'
    }
    if (live?.error && live.error.code !== 'too_many' && live.error.code !== 'fault' && live.error.code !== 'busy')
      return live.error.message
    const { status, body: answer } = await api('POST', `/tickets/${ticketId}/messages`, { clientId, body })
    hear.line(status !== 0)
    if (status === 200 || status === 201) {
      keepOwn(answer, clientId, body)
      return 'stored'
    }
    if (isPassing(status)) return 'later'
    return answer?.error?.message ?? 'later'
  }
  function keepOwn({ seq, id, at }, clientId, body) {
    if (!messages.has(seq)) messages.set(seq, { id, seq, at, ticketId, clientId, body, author: 'customer' })
    if (seq > last()) void resume()
  }

  /** How far this side has got; read only where somebody can see it. */
  function mark() {
    const seq = last()
    const read = document.visibilityState === 'visible' && hear.seen() ? seq : told.read
    if (seq <= told.delivered && read <= told.read) return
    const to = { delivered: Math.max(seq, told.delivered), read: Math.max(read, told.read) }
    Object.assign(told, to)
    if (socket.connected) socket.emit('marks', { ticketId, ...to })
    else void api('POST', `/tickets/${ticketId}/marks`, to)
  }

  function setDegraded(on) {
    degraded = on
  }

  socket.on('connect', async () => {
    hear.line(true)
    told.delivered = 0
    await resume()
    await refresh()
    await flush()
  })
  socket.on('disconnect', (reason) => {
    hear.line(false)
    hear.typing(null)
    if (reason === 'io server disconnect' && !closed) setTimeout(() => socket.connect(), 500 + Math.random() * 1500)
  })
  socket.on('connect_error', (error) => {
    if (error.message === 'unauthenticated') void refresh()
  })
  socket.on('message', (message) => {
    if (message.ticketId !== ticketId) return
    const gap = message.seq > last() + 1
    take([message])
    if (gap) void resume()
  })
  socket.on('marks', ({ ticketId: of, by, delivered, read }) => {
    if (of === ticketId && by === 'staff') hear.marks({ staff: { delivered, read } })
  })
  socket.on('typing', ({ ticketId: of, on, ...who }) => {
    if (of !== ticketId) return
    clearTimeout(typingTimer)
    hear.typing(on ? who : null)
    if (on) typingTimer = setTimeout(() => hear.typing(null), TYPING_FADES)
  })
  socket.on('changed', () => setTimeout(refresh, Math.random() * 900))
  socket.on('degraded', ({ on }) => setDegraded(on))

  const every = setInterval(resume, RESUME_EVERY)
  const poll = setInterval(() => {
    if (!degraded && socket.connected) return
    void resume()
    if (!socket.connected) void flush()
  }, POLL_EVERY)
  const wake = () => {
    if (document.visibilityState !== 'visible') return
    mark()
    if (!socket.connected) socket.connect()
    void resume().then(flush)
  }
  document.addEventListener('visibilitychange', wake)
  addEventListener('online', wake)
  const dark = () => hear.line(false)
  addEventListener('offline', dark)

  function close() {
    closed = true
    clearInterval(every)
    clearInterval(poll)
    clearTimeout(retry)
    document.removeEventListener('visibilitychange', wake)
    removeEventListener('online', wake)
    removeEventListener('offline', dark)
    socket.disconnect()
  }

  draw()
  void refresh()

  return {
    ticketId,
    close,
    refresh,
    mark,
    say: (body) => {
      unsent = [...unsent, { clientId: newId(), body, at: new Date().toISOString(), failed: false }]
      void keepUnsent(ticketId, unsent)
      draw()
      typedAt = 0
      if (socket.connected) socket.emit('typing', { ticketId, on: false })
      void flush()
    },
    again: (clientId) => {
      for (const one of unsent) if (one.clientId === clientId) one.failed = false
      draw()
      void flush()
    },
    typing: () => {
      if (!socket.connected || Date.now() - typedAt < TYPING_EVERY) return
      typedAt = Date.now()
      socket.emit('typing', { ticketId, on: true })
    },
    press: async (what, body = {}) => {
      const answer = await api('POST', `/tickets/${ticketId}/${what}`, body)
      if (answer.status === 200 && answer.body?.id) {
        ticket = answer.body
        hear.ticket(ticket)
      }
      await refresh()
      return answer
    },
    ticket: () => ticket,
  }
}
