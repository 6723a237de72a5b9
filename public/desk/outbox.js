import { filled, kept, me, token } from '../shell/house.js'
import { call, isLive, line, signIn } from '../shell/line.js'
import { dropFile, FILE_BYTES, fileOf, keepFile } from './files.js'

/**
 * Replies that the server has not acknowledged (RELIABILITY 4): kept in this browser under an id made once, sent again
 * with the same id by whichever door is open, and shown until they are in the conversation.
 *
 * @typedef {{ ticketId: string, epoch: number, clientId: string, body: string, file?: true, failed?: string, code?: string }} Unsent
 */
const NAME = `outbox.${me}`
/** After this the line counts as blocked and the message goes by HTTP. */
const PATIENCE_MILLISECONDS = 4000
const TRY_AGAIN = new Set(['too_many', 'busy', 'fault'])

const read = () => /** @type {Unsent[]} */ (JSON.parse(kept.get(NAME) ?? '[]'))
const write = (items) => kept.set(NAME, items.length > 0 ? JSON.stringify(items) : null)
const change = (clientId, values) =>
  write(read().map((item) => (item.clientId === clientId ? { ...item, ...values } : item)))

const trying = new Set()
/** Also a line that never came up counts as lost, from the moment the page was there. */
let lostAt = Date.now()
line.on('disconnect', () => {
  lostAt ||= Date.now()
})
line.on('connect', () => {
  lostAt = 0
  sendAll()
})
setInterval(() => read().some(({ failed }) => !failed) && sendAll(), 3000)

/** @param {string} ticketId */
export const unsentOf = (ticketId) => read().filter((item) => item.ticketId === ticketId)

/** @param {Omit<Unsent, 'clientId'>} message */
export function send(message) {
  const item = { ...message, clientId: newId() }
  write([...read(), item])
  drawn()
  attempt(item)
}

/** A file is a message of its own, its name for its words. @param {{ ticketId: string, epoch: number }} where @param {File} file */
export async function sendFile(where, file) {
  const { large } = document.getElementById('tpl-words').dataset
  const failed = file.size > FILE_BYTES ? { failed: large, code: 'too_large' } : {}
  const item = { ...where, clientId: newId(), body: file.name, file: true, ...failed }
  if (!failed.code) await keepFile(item.clientId, file)
  write([...read(), item])
  drawn()
  if (!failed.code) attempt(item)
}

/** @param {string} clientId */
export function forget(clientId) {
  const items = read()
  if (!items.some((item) => item.clientId === clientId)) return
  write(items.filter((item) => item.clientId !== clientId))
  dropFile(clientId)
  drawn()
}

/** Once more, under the assignment as it is now. @param {string} clientId @param {number} epoch */
export function again(clientId, epoch) {
  change(clientId, { epoch, failed: undefined, code: undefined })
  drawn()
  sendAll()
}

function sendAll() {
  for (const item of read()) if (!item.failed) attempt(item)
}

/** @param {Unsent} item */
async function attempt(item) {
  if (trying.has(item.clientId)) return
  trying.add(item.clientId)
  const { ticketId, epoch, clientId, body } = item
  const answer = item.file
    ? await byForm(item)
    : line.connected
      ? await call('message.post', { ticketId, epoch, clientId, body })
      : await byHttp(ticketId, { epoch, clientId, body })
  trying.delete(clientId)
  if (answer?.seq)
    document.dispatchEvent(new CustomEvent('accepted', { detail: { ticketId, clientId, seq: answer.seq } }))
  else if (answer?.error && !TRY_AGAIN.has(answer.error.code)) {
    change(clientId, { failed: answer.error.message, code: answer.error.code })
    document.dispatchEvent(new CustomEvent('refused', { detail: { ticketId, code: answer.error.code } }))
  }
  drawn()
}

async function byHttp(ticketId, message) {
  if (!lostAt || Date.now() - lostAt < PATIENCE_MILLISECONDS) return undefined
  try {
    const answer = await fetch(`/tickets/${ticketId}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-token': token },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(5000),
    })
    if (answer.status === 401) signIn()
    return answer.headers.get('content-type')?.includes('json') ? await answer.json() : undefined
  } catch {
    return undefined // no way at all: it stays and is tried again
  }
}

async function byForm({ ticketId, epoch, clientId, body }) {
  const file = await fileOf(clientId)
  if (!file) return { error: { code: 'lost', message: document.getElementById('tpl-words').dataset.lost } }
  const form = new FormData()
  form.set('clientId', clientId)
  form.set('epoch', String(epoch))
  form.set('file', file, body)
  try {
    const answer = await fetch(`/tickets/${ticketId}/files`, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-token': token },
      body: form,
      signal: AbortSignal.timeout(180_000),
    })
    if (answer.status === 401) signIn()
    return answer.headers.get('content-type')?.includes('json') ? await answer.json() : undefined
  } catch {
    return undefined // no way at all: it stays and is tried again
  }
}

const drawn = () => document.dispatchEvent(new CustomEvent('unsent'))

/** Draws what is on its way, under the words that have arrived. @param {string} ticketId @param {boolean} mine */
export function drawUnsent(ticketId, mine) {
  const box = document.getElementById(`unsent-${ticketId}`)
  const template = document.getElementById('tpl-unsent')
  const { dataset } = document.getElementById('tpl-words') ?? {}
  if (!box || !template || !dataset) return
  const items = unsentOf(ticketId)
  box.hidden = items.length === 0
  box.replaceChildren(
    ...items.map((item) => {
      const copy = template.content.cloneNode(true)
      const [element] = copy.children
      element.dataset.client = item.clientId
      element.querySelector('.bubble').textContent = item.body
      const why = item.failed
        ? filled(dataset.failed, { why: item.failed })
        : isLive() && trying.has(item.clientId)
          ? dataset.sending
          : dataset.waiting
      element.querySelector('[data-words]').textContent = why
      if (!item.failed && trying.has(item.clientId)) delete element.dataset.unsent
      element.querySelector('[data-again]').hidden = !item.failed || !mine
      element.querySelector('[data-copy]').hidden = !item.failed
      element.querySelector('[data-drop]').hidden = !item.failed
      return element
    }),
  )
}

/** A UUID of version 7: the time, then chance. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  let time = Date.now()
  for (let at = 5; at >= 0; at--) {
    bytes[at] = time % 256
    time = Math.floor(time / 256)
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
