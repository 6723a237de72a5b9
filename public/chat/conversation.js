/**
 * One conversation of the customer's protocol, section 5: every message once and in order, whatever happens to the line.
 * Where no live line opens at all everything goes by HTTP, a few seconds later. It draws nothing; `hear` is told of what
 * changed.
 */
import { io } from '/lib/socket.io.js'
import { call } from './api.js'
import { FILE_BYTES, fileUrls, formOf } from './files.js'
import { watchLine } from './line.js'
import { outbox } from './outbox.js'
import { typingOf } from './typing.js'

const RESUME_EVERY = 15_000
const POLL_EVERY = 3000
const POLL_UNSEEN_EVERY = 12_000

export async function openConversation({ token, language, ticketId, hear }) {
  const messages = new Map()
  let ticket = null
  let closed = false
  let notBefore = 0
  let changedTimer
  let pollTimer
  const told = { delivered: 0, read: 0 }

  const socket = io('/chat', {
    path: '/live',
    transports: ['websocket'],
    auth: { token, language },
    forceNew: true,
    autoConnect: false,
    reconnectionDelay: 500,
    reconnectionDelayMax: 8000,
    randomizationFactor: 0.6,
  })
  const line = watchLine(socket, hear.line)
  const typing = typingOf(ticketId, socket, hear.typing)

  async function api(method, path, body) {
    const answer = await call(method, path, { token, language, body })
    notBefore = Date.now() + 1000 * (answer.body?.error?.retryAfterSeconds ?? 0)
    line.reach(answer.status !== 0)
    return answer
  }

  /** The last number without a gap before it. */
  const last = () => {
    let seq = 0
    while (messages.has(seq + 1)) seq++
    return seq
  }
  const draw = () =>
    hear.talk(
      [...messages.values()].sort((a, b) => a.seq - b.seq),
      unsent.list(),
    )
  const unsent = outbox(ticketId, {
    live: ({ clientId, body }) => line.ask('message.post', { ticketId, clientId, body }),
    http: ({ clientId, body, file }) =>
      file
        ? api('POST', `/tickets/${ticketId}/files`, formOf(clientId, file))
        : api('POST', `/tickets/${ticketId}/messages`, { clientId, body }),
    why: hear.why,
    changed: draw,
    stored: (word) => {
      if (word && !word.file && !messages.has(word.seq)) {
        const { seq, id, at, clientId, body } = word
        messages.set(seq, { id, seq, at, ticketId, clientId, body, author: 'customer' })
      }
      if (!word || word.file || word.seq > last()) void resume()
    },
  })

  function take(list) {
    for (const message of list) {
      if (message.ticketId !== ticketId || messages.has(message.seq)) continue
      messages.set(message.seq, message)
      if (message.author === 'staff') hear.typing(null)
      unsent.arrived(message.clientId)
    }
    draw()
    void mark()
  }

  /** First load, resume and polling are one path: what I have, tell me the rest. */
  async function resume() {
    for (let more = true; more && !closed; ) {
      const after = last()
      const gap = await fetchGap(after)
      if (!gap || closed) return
      if (after === 0 && gap.marks) hear.readBefore(gap.marks.customer.read)
      take(gap.messages)
      if (gap.marks) hear.marks(gap.marks)
      more = last() < gap.lastSeq && last() > after
    }
  }
  async function fetchGap(after) {
    const live = await line.ask('resume', { tickets: [{ id: ticketId, after }] })
    if (live?.tickets?.[0]?.messages) {
      line.degrade(live.degraded)
      return live.tickets[0]
    }
    const { status, body } = await api('GET', `/tickets/${ticketId}/messages?after=${after}`)
    if (status === 401) gone()
    return status === 200 ? body : null
  }

  async function refresh() {
    const { status, body } = await api('GET', `/tickets/${ticketId}`)
    if (status === 401 || status === 404) return gone()
    if (status !== 200 || closed) return
    ticket = body
    hear.ticket(ticket)
    hear.marks(ticket.marks)
    if (ticket.notice?.state === 'banned') void unsent.flush()
    if (ticket.lastSeq > last()) await resume()
  }
  /** A queue that moves fast says so often: once a moment is enough. */
  function refreshSoon() {
    changedTimer ??= setTimeout(() => {
      changedTimer = undefined
      void refresh()
    }, Math.random() * 900)
  }

  /** Nothing opens this conversation any more: its unsent words are handed back. */
  function gone() {
    if (closed) return
    close()
    hear.gone(unsent.list())
  }

  /** How far this side has got; read only where somebody can see it. */
  async function mark() {
    const seq = last()
    const read = document.visibilityState === 'visible' && hear.seen() ? seq : told.read
    if (seq <= told.delivered && read <= told.read) return
    const before = { ...told }
    const to = { delivered: Math.max(seq, told.delivered), read: Math.max(read, told.read) }
    Object.assign(told, to)
    if (socket.connected) return void socket.emit('marks', { ticketId, ...to })
    const { status } = await api('POST', `/tickets/${ticketId}/marks`, to)
    if (status !== 200) Object.assign(told, before)
  }

  /** While live messages may be missing everything is asked for instead: words, state, place, marks and rating. */
  async function poll() {
    if (closed) return
    try {
      if (!line.isWhole() && Date.now() >= notBefore) {
        await refresh()
        await mark()
        await unsent.flush()
      }
    } finally {
      const every = document.visibilityState === 'visible' ? POLL_EVERY : POLL_UNSEEN_EVERY
      clearTimeout(pollTimer)
      if (!closed) pollTimer = setTimeout(poll, every * (0.85 + Math.random() * 0.3))
    }
  }

  socket.on('connect', async () => {
    told.delivered = 0
    await resume()
    await refresh()
    await unsent.flush()
  })
  socket.on('disconnect', () => void poll())
  socket.on('connect_error', ({ message }) => {
    if (message === 'unauthenticated') void refresh()
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
  socket.on('changed', refreshSoon)

  const every = setInterval(resume, RESUME_EVERY)
  const wake = () => {
    if (document.visibilityState !== 'visible') return
    void mark()
    if (!socket.connected) socket.connect()
    void resume().then(unsent.flush)
  }
  document.addEventListener('visibilitychange', wake)
  addEventListener('online', wake)

  function close() {
    closed = true
    unsent.close()
    clearInterval(every)
    clearTimeout(pollTimer)
    clearTimeout(changedTimer)
    document.removeEventListener('visibilitychange', wake)
    removeEventListener('online', wake)
    line.close()
  }

  hear.files(fileUrls(ticketId, { token, language }))
  socket.connect()
  pollTimer = setTimeout(poll, POLL_EVERY)
  await unsent.read()
  draw()
  void refresh()

  return {
    ticketId,
    close,
    mark,
    say: (body) => {
      typing.ends()
      void unsent.add(body)
    },
    attach: (file) => unsent.add(file.name, file, file.size > FILE_BYTES && hear.tooLarge()),
    again: unsent.again,
    discard: unsent.discard,
    typing: typing.goesOn,
    press: async (what, body = {}) => {
      const answer = await api('POST', `/tickets/${ticketId}/${what}`, body)
      if (answer.status === 200 && answer.body?.id) {
        ticket = answer.body
        hear.ticket(ticket)
      }
      if (answer.status !== 0) await refresh()
      return answer
    },
  }
}
