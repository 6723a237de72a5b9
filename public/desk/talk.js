import { fitted } from '../chat/files.js'
import { clockTime, dateIn, me } from '../shell/house.js'
import { call, line, tell, watchConversation } from '../shell/line.js'
import { drawUnsent, forget } from './outbox.js'

/**
 * The conversation that is open: messages arrive as data and are shown by their number, once and in order; a gap is asked
 * for. First draw, live and resume end in the same place (RELIABILITY 4).
 */
const RUN_MILLISECONDS = 5 * 60_000
const TYPING_MILLISECONDS = 6000

/** @type {{ id: string, mine: boolean, epoch: number, last: number, customer: number, theirs: { delivered: number, read: number }, said: number } | undefined} */
export let talk

const by = (name) => document.getElementById(`${name}-${talk?.id}`)
const cloneOf = (name) => document.getElementById(`tpl-${name}`).content.cloneNode(true)

/** Takes up the conversation that the page shows now, if any. */
export function openTalk() {
  const { ticket, epoch, mine } = document.getElementById('one')?.dataset ?? {}
  if (talk && talk.id !== ticket) call('unwatch', { ticketId: talk.id })
  const log = document.getElementById(`log-${ticket}`)
  if (!ticket || !log) {
    talk = undefined
    watchConversation([], async () => undefined)
    return
  }
  const { last, delivered, read } = log.dataset
  talk = {
    id: ticket,
    mine: mine !== undefined,
    epoch: Number(epoch),
    last: Number(last),
    customer: lastSeqIn(log, '[data-run="customer"]'),
    theirs: { delivered: Number(delivered), read: Number(read) },
    said: 0,
  }
  watchConversation([`ticket:${ticket}`, `notes:${ticket}`, `beside:${ticket}`], askMissing)
  drawUnsent(ticket, talk.mine)
  askMissing()
}

const lastSeqIn = (log, selector) =>
  Math.max(0, ...[...log.querySelectorAll(`${selector} .bubble`)].map(({ dataset }) => Number(dataset.seq)))

/** The post ended before the line was open: nobody could say so. */
const NOT_OURS = ['not_found', 'off_post', 'denied']

/** What was said since the last number that is here. By the line, and by HTTP where that is blocked. */
export async function askMissing() {
  if (!talk) return
  const { id } = talk
  if (line.connected) {
    const answer = await call('watch', { ticketId: id })
    if (NOT_OURS.includes(answer?.error?.code))
      document.dispatchEvent(new CustomEvent('gone', { detail: { ticketId: id } }))
  }
  for (let more = true; more && talk?.id === id; ) {
    const got = await gapOf(id, talk.last)
    if (!got || talk?.id !== id) return
    const before = talk.last
    for (const message of got.messages) take(message)
    reached(got.marks.customer)
    more = talk.last > before && talk.last < got.lastSeq
  }
  report()
}

async function gapOf(id, after) {
  const answer = await call('resume', { tickets: [{ id, after }] })
  if (answer?.tickets) return answer.tickets[0]
  if (line.connected) return undefined
  try {
    const response = await fetch(`/tickets/${id}/messages?after=${after}`, { headers: { accept: 'application/json' } })
    return response.ok ? await response.json() : undefined
  } catch {
    return undefined
  }
}

line.on('message', (message) => {
  if (message.ticketId !== talk?.id) return
  if (message.seq > talk.last + 1) return void askMissing()
  take(message)
  report()
})
line.on('marks', ({ ticketId, by: side, ...marks }) => {
  if (ticketId === talk?.id && side === 'customer') reached(marks)
})

function take(message) {
  if (!talk || message.seq <= talk.last) return
  talk.last = message.seq
  if (message.author === 'house') {
    // Its words are the server's: the timeline is drawn anew.
    tell(`notes:${talk.id}`)
    return
  }
  if (message.author === 'customer') {
    talk.customer = message.seq
    typing(false)
    if (document.hidden || !document.hasFocus()) markNew(message.seq)
  }
  draw(message)
  forget(message.clientId)
}

function draw(message) {
  const log = by('log')
  if (!log || log.querySelector(`.bubble[data-seq="${message.seq}"]`)) return
  const at = Date.parse(message.at)
  const ours = message.author === 'staff'
  const run = ours ? `staff:${message.staffId}` : 'customer'
  const before = log.lastElementChild
  const lastAt = Date.parse([...log.querySelectorAll('[data-at]')].at(-1)?.dataset.at ?? '')
  const newDay = Number.isNaN(lastAt) || dateIn(lastAt) !== dateIn(at)
  if (newDay) log.append(cloneOf('day'))
  const runs = !newDay && before?.dataset.run === run && at - Date.parse(before.dataset.at) < RUN_MILLISECONDS
  const element = runs ? before : newRun(message, run, ours)
  const bubble = message.code === 'file' ? fileBubble(message) : cloneOf('bubble').firstElementChild
  if (message.code !== 'file') bubble.textContent = message.body
  bubble.dataset.seq = String(message.seq)
  element.querySelector('.after').before(bubble)
  element.dataset.at = message.at
  const time = element.querySelector('time')
  time.dateTime = message.at
  time.textContent = clockTime(at)
  if (!runs) log.append(element)
  if (ours) remark(element)
}

/** A picture shows itself, anything else its name and size. */
function fileBubble({ seq, body, details: { width, height, bytes } }) {
  const link = cloneOf(width ? 'picture' : 'file').firstElementChild
  link.href = `/tickets/${talk.id}/files/${seq}`
  link.download = body
  const picture = link.querySelector('img')
  if (picture) Object.assign(picture, { ...fitted({ width, height }), alt: body, src: link.href })
  else {
    link.querySelector('span').textContent = body
    link.querySelector('small').textContent = sizeOf(bytes)
  }
  return link
}
function sizeOf(bytes) {
  const mega = bytes >= 1_000_000
  const figure = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: mega ? 1 : 0 })
  return mega ? `${figure.format(bytes / 1_000_000)} MB` : `${figure.format(Math.max(1, bytes / 1000))} KB`
}

function newRun({ seq, staffId, name, nameEn }, run, ours) {
  const element = cloneOf(ours ? 'ours' : 'theirs').firstElementChild
  element.id = `run-${talk.id}-${seq}`
  element.dataset.run = run
  if (ours) {
    const who = element.querySelector('.by')
    who.textContent = document.documentElement.lang === 'en' && nameEn ? nameEn : (name ?? '')
    if (staffId === me) who.classList.add('sr')
  }
  return element
}

/** The line above what came while nobody looked; the server keeps it there when it draws the timeline anew. */
function markNew(seq) {
  const log = by('log')
  if (!log || by('new')) return
  log.append(cloneOf('new'))
  newAfter(seq - 1)
}

/** Nothing is new any more once one has answered. */
export function unmarkNew() {
  by('new')?.remove()
  newAfter(0)
}

function newAfter(seq) {
  const log = by('log')
  const address = log?.getAttribute('hx-get')
  if (address) log.setAttribute('hx-get', address.replace(/after=\d+/, `after=${seq}`))
}

function reached({ delivered, read }) {
  if (!talk) return
  talk.theirs = { delivered: Math.max(talk.theirs.delivered, delivered), read: Math.max(talk.theirs.read, read) }
  for (const element of by('log')?.querySelectorAll('.msg[data-ours]') ?? []) remark(element)
}

function remark(element) {
  const seq = Number([...element.querySelectorAll('.bubble')].at(-1)?.dataset.seq)
  const { delivered, read } = talk.theirs
  const mark = seq <= read ? 'read' : seq <= delivered ? 'delivered' : 'sent'
  const shown = element.querySelector('[data-mark]')
  if (!shown || shown.dataset.mark === mark) return
  shown.dataset.mark = mark
  shown.replaceChildren(cloneOf(`mark-${mark}`))
}

/** Tells how far I have got: arrived at once, read only while somebody looks. */
async function report() {
  if (!talk?.mine) return
  const { id, last } = talk
  const looked = !document.hidden && document.hasFocus()
  const reportable = last * 2 + (looked ? 1 : 0)
  if (reportable <= talk.said) return
  const answer = await call('marks', { ticketId: id, delivered: last, ...(looked ? { read: last } : {}) })
  if (answer && !answer.error && talk?.id === id) {
    talk.said = reportable
    if (looked) document.body.dispatchEvent(new CustomEvent('list'))
  }
}
addEventListener('focus', report)
document.addEventListener('visibilitychange', report)

let typingUntil
line.on('typing', ({ ticketId, on }) => {
  if (ticketId === talk?.id) typing(on)
})
function typing(on) {
  const sign = by('typing')
  if (sign) sign.hidden = !on
  clearTimeout(typingUntil)
  if (on) typingUntil = setTimeout(() => typing(false), TYPING_MILLISECONDS)
}

let saidTyping = 0
let saidTo = ''
let stops
/** @param {boolean} on told at most every three seconds, and that it stopped @param {'customer' | 'colleagues'} to who hears of it */
export function sayTyping(on, to = 'customer') {
  if (!talk || (to === 'customer' && !talk.mine)) return
  const { id } = talk
  clearTimeout(stops)
  if (!on) {
    if (saidTyping > 0) call('typing', { ticketId: id, on: false, to })
    saidTyping = 0
    return
  }
  stops = setTimeout(() => sayTyping(false, to), 5000)
  if (to === saidTo && Date.now() - saidTyping < 3000) return
  saidTyping = Date.now()
  saidTo = to
  call('typing', { ticketId: id, on: true, to })
}
