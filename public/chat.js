/** The customer's chat: on the help page and in the frame of the widget. Without it the form posts and the request page answers. */
import { call, isPassing } from './chat/api.js'
import { openConversation } from './chat/conversation.js'
import { box, panel, rating, unreadCounter } from './chat/panel.js'
import { draftOf, keepDraft, keepToken, newId, visitorToken } from './chat/store.js'
import { wordsOf } from './chat/words.js'

const root = document.querySelector('[data-chat]')
const words = wordsOf(root)
const { language, say } = words
const framed = root.dataset.chat === 'widget'
const start = root.querySelector('[data-start]')
const live = root.querySelector('[data-live]')
const form = root.querySelector('[data-ask]')
const MOVING = ['new', 'queued', 'open', 'resolved']

let current = null
let shown = !framed
const tellSite = (message) => {
  if (framed && root.dataset.site) parent.postMessage({ nightdesk: message }, root.dataset.site)
}
const unread = unreadCounter((count) => tellSite({ unread: count }))
const around = panel(root, words, { conversation: () => current, unread, seen: () => shown })

const api = (method, path, body) => call(method, path, { token: visitorToken(), language, body })

begin()

async function begin() {
  keepFormDraft()
  form.addEventListener('submit', ask)
  for (const button of root.querySelectorAll('[data-press]')) button.addEventListener('click', press)
  root.querySelector('[data-again]')?.addEventListener('click', askAgain)
  box(root.querySelector('[data-say]'), {
    place: 'chat',
    send: (body) => current?.say(body),
    typing: () => current?.typing(),
  })
  rating(root.querySelector('[data-rate]'), words, { give: (given) => current.press('rating', given) })
  if (framed) listenToSite()
  document.addEventListener('visibilitychange', looked)
  if (visitorToken()) await goOn()
}

/** What this browser has asked and is not over yet. */
async function goOn() {
  const { status, body } = await api('GET', '/tickets')
  if (status === 401) return keepToken(null)
  if (status !== 200) return setTimeout(goOn, 4000)
  const open = body.tickets.find(({ state }) => MOVING.includes(state))
  if (open) await enter(open.id)
}

async function enter(ticketId) {
  current?.close()
  start.hidden = true
  live.hidden = false
  current = await openConversation({
    token: visitorToken(),
    language,
    ticketId,
    hear: { ...around, gone: askAgain },
  })
}

async function ask(event) {
  event.preventDefault()
  const fields = new FormData(form)
  for (const error of form.querySelectorAll('[data-error]')) error.hidden = true
  if (!fields.get('terms')) return refuse('terms', say('terms_needed'))
  const button = form.querySelector('button[data-kind="key"]')
  button.disabled = true
  const outcome = await send(fields)
  button.disabled = false
  if (outcome) refuse(outcome.field, outcome.message)
}

/** Undefined where it went well, else where and why not. The same id goes with each try, so that twice is once. */
async function send(fields) {
  if (!visitorToken()) {
    const made = await api('POST', '/visitors', { language })
    if (made.status !== 201) return { field: 'form', message: made.body?.error?.message ?? say('offline') }
    keepToken(made.body.token)
  }
  const { status, body } = await api('POST', '/tickets', {
    clientId: fields.get('clientId'),
    termsVersion: Number(fields.get('termsVersion')),
    language,
    name: fields.get('name'),
    contact: fields.get('contact'),
    topicId: fields.get('topic') || null,
    question: fields.get('question'),
    page: pageOf(),
    channel: framed ? 'widget' : 'web',
  })
  if (status === 200 || status === 201) {
    form.elements.clientId.value = newId()
    form.elements.question.value = ''
    keepDraft('question', '')
    offerLink(body.requestUrl)
    await enter(body.ticket.id)
    return undefined
  }
  if (status === 401) {
    keepToken(null)
    return send(fields)
  }
  if (body?.error?.code === 'chat_open' && body.error.ticketId) {
    keepDraft('chat', String(fields.get('question')))
    root.querySelector('[data-say] textarea').value = String(fields.get('question'))
    await enter(body.error.ticketId)
    return undefined
  }
  const field = form.querySelector(`[data-error="${body?.error?.field ?? ''}"]`) ? body.error.field : 'form'
  return { field, message: isPassing(status) && !body ? say('offline') : (body?.error?.message ?? say('offline')) }
}

function pageOf() {
  const from = framed ? root.dataset.page : location.href
  return from && /^https?:/.test(from) ? from.slice(0, 2000) : null
}

function refuse(field, message) {
  const error = form.querySelector(`[data-error="${field}"]`) ?? form.querySelector('[data-error="form"]')
  error.textContent = message
  error.hidden = false
  form.elements[field]?.setAttribute?.('aria-invalid', 'true')
  form.elements[field]?.focus?.()
}

function offerLink(url) {
  const link = root.querySelector('[data-request]')
  if (!link) return
  link.href = url
  link.hidden = false
  if (framed) link.target = '_blank'
}

async function press({ currentTarget: button }) {
  if (button.dataset.askFirst && !button.dataset.asked) {
    button.dataset.asked = 'yes'
    button.dataset.before = button.textContent
    button.textContent = button.dataset.askFirst
    setTimeout(() => {
      delete button.dataset.asked
      button.textContent = button.dataset.before
    }, 6000)
    return
  }
  const { status, body } = await current.press(button.dataset.press)
  if (status !== 200) around.line(status !== 0)
  if (body?.error) root.querySelector('[data-hint]').textContent = body.error.message
}

/** This one is over: the form again, as a new question. */
function askAgain() {
  current?.close()
  current = null
  live.hidden = true
  start.hidden = false
  form.elements.question.focus()
}

function keepFormDraft() {
  const { question } = form.elements
  if (!question.value) question.value = draftOf('question')
  question.addEventListener('input', () => keepDraft('question', question.value))
}

function looked() {
  if (document.visibilityState !== 'visible' || !shown) return
  unread.clear()
  current?.mark()
}

/** The site's script says when the frame is open; only an allowed site is listened to. */
function listenToSite() {
  addEventListener('message', ({ origin, data }) => {
    if (origin !== root.dataset.site || !data || typeof data.nightdesk !== 'object') return
    shown = data.nightdesk.open === true
    if (shown) {
      looked()
      const field = current ? root.querySelector('[data-say] textarea') : form.elements.question
      field.focus({ preventScroll: true })
    }
  })
  const close = () => tellSite({ close: true })
  root.querySelector('[data-close]')?.addEventListener('click', close)
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close()
  })
  tellSite({ ready: true })
}
