/** The customer's chat: on the help page and in the frame of the widget. Without it the form posts and the request page answers. */
import { call } from './chat/api.js'
import { openConversation } from './chat/conversation.js'
import { box, panel, rating, unreadCounter } from './chat/panel.js'
import {
  chosenLanguage,
  draftOf,
  dropUnsent,
  keepDraft,
  keepLanguage,
  keepToken,
  newId,
  visitorToken,
} from './chat/store.js'
import { wordsOf } from './chat/words.js'

const root = document.querySelector('[data-chat]')
const words = wordsOf(root)
const { language, say, why } = words
const framed = root.dataset.chat === 'widget'
const start = root.querySelector('[data-start]')
const live = root.querySelector('[data-live]')
const form = root.querySelector('[data-ask]')
const area = root.querySelector('[data-say] textarea')
const MOVING = ['new', 'queued', 'open', 'resolved']

let current = null
let shown = !framed
const tellSite = (message) => {
  if (framed && root.dataset.site) parent.postMessage({ nightdesk: message }, root.dataset.site)
}
const unread = unreadCounter((count) => tellSite({ unread: count }))
const api = (method, path, body) => call(method, path, { token: visitorToken(), language, body })
const appeal = (text) => api('POST', '/appeal', { text })
const around = panel(root, words, { conversation: () => current, unread, seen: () => shown, appeal })

// Only whoever types needs these.
if (framed) document.addEventListener('beforeinput', whole, { once: true })
form?.addEventListener('input', () => import('./chat/suggest.js'), { once: true })
begin()

/** Before the first letter or paste: nothing is cut. */
function whole() {
  for (const field of document.querySelectorAll('textarea[maxlength]')) {
    field.dataset.letters = field.getAttribute('maxlength')
    field.removeAttribute('maxlength')
  }
  import('./letters.js')
}

async function begin() {
  if (framed && chosenLanguage() && chosenLanguage() !== language && visitorToken()) return readIn(chosenLanguage())
  keepFormDraft()
  form.addEventListener('submit', ask)
  for (const button of root.querySelectorAll('[data-press]')) button.addEventListener('click', press)
  root.querySelector('[data-again]').addEventListener('click', askAgain)
  box(root.querySelector('[data-say]'), {
    place: 'chat',
    send: (body) => current?.say(body),
    typing: () => current?.typing(),
    attach: (file) => current?.attach(file),
  })
  rating(root.querySelector('[data-rate]'), words, { give: (given) => current.press('rating', given) })
  if (framed) listenToSite()
  document.addEventListener('visibilitychange', looked)
  if (visitorToken()) await goOn()
}

/** What this browser has asked and is not over yet. */
async function goOn() {
  const { status, body } = await api('GET', '/tickets')
  if (status === 401) return startOver([])
  if (status !== 200) return setTimeout(goOn, 4000)
  const open = body.tickets.find(({ state }) => MOVING.includes(state))
  if (open) return enter(open.id)
  await showNotice()
}

const showNotice = async () => around.notice((await api('GET', '/notice')).body?.notice)

async function enter(ticketId) {
  current?.close()
  start.hidden = true
  live.hidden = false
  current = await openConversation({
    token: visitorToken(),
    language,
    ticketId,
    hear: { ...around, gone: startOver },
  })
}

async function ask(event) {
  event.preventDefault()
  const fields = new FormData(form)
  for (const error of form.querySelectorAll('[data-error]')) error.hidden = true
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
  if (event.submitter?.name === 'urgent') fields.set('urgent', 'yes')
  else if (!fields.get('terms')) return refuse('terms', say('terms_needed'))
  const button = form.querySelector('button[data-kind="key"]')
  button.disabled = true
  const outcome = await send(fields)
  button.disabled = false
  if (outcome) refuse(outcome.field, outcome.message)
}

/** Undefined where it went well, else where and why not. The same id goes with each try, so that twice is once. */
async function send(fields) {
  const chosen = fields.get('language')
  if (!visitorToken()) {
    const made = await api('POST', '/visitors', { language: chosen })
    if (made.status !== 201) return { field: 'form', message: why(made.status, made.body) }
    keepToken(made.body.token)
  }
  const { status, body } = await api('POST', '/tickets', {
    clientId: fields.get('clientId'),
    termsVersion: Number(fields.get('termsVersion')),
    language: chosen,
    name: fields.get('name'),
    contact: fields.get('contact'),
    topicId: fields.get('topic') || null,
    question: fields.get('question'),
    page: pageOf(),
    channel: framed ? 'widget' : 'web',
    urgent: fields.has('urgent') || undefined,
  })
  if (status === 200 || status === 201) {
    form.elements.clientId.value = newId()
    form.elements.question.value = ''
    keepDraft('question', '')
    if (chosen !== language) return readIn(chosen)
    offerLink(body.requestUrl)
    await enter(body.ticket.id)
    return undefined
  }
  if (status === 401) {
    keepToken(null)
    return send(fields)
  }
  const { code, ticketId, field } = body?.error ?? {}
  if (code === 'chat_open' && ticketId) {
    keepDraft('chat', String(fields.get('question')))
    area.value = String(fields.get('question'))
    await enter(ticketId)
    return undefined
  }
  // Under an id that stands for other words nothing would ever go out.
  if (code === 'client_id_reused') form.elements.clientId.value = newId()
  if (code === 'terms_changed') await showNewTerms()
  if (code === 'abuse.banned') await showNotice()
  return { field: code === 'terms_changed' ? 'terms' : field, message: why(status, body) }
}

async function showNewTerms() {
  form.elements.terms.checked = false
  const { status, body } = await api('GET', '/desk')
  if (status !== 200) return
  form.elements.termsVersion.value = body.termsVersion
  const version = form.querySelector('[data-terms-version]')
  version.textContent = version.textContent.replace(/\d+/, body.termsVersion)
}

/** The whole page in the language that was chosen; a frame has no cookie and asks for it in its address. */
async function readIn(chosen) {
  if (framed) {
    keepLanguage(chosen)
    const there = new URL(location.href)
    there.searchParams.set('language', chosen)
    return location.replace(there)
  }
  const body = new URLSearchParams({ language: chosen, back: '/', _token: form.elements._token.value })
  await fetch('/language', { method: 'POST', body, redirect: 'manual' }).catch(() => null)
  location.reload()
}

function pageOf() {
  const from = framed ? root.dataset.page : location.href
  return from && /^https?:/.test(from) ? from.slice(0, 2000) : null
}

function refuse(field, message) {
  const error = form.querySelector(`[data-error="${field ?? 'form'}"]`) ?? form.querySelector('[data-error="form"]')
  error.textContent = message
  error.hidden = false
  const input = form.elements[field]
  input?.setAttribute?.('aria-invalid', 'true')
  if (input?.focus) input.focus()
  else error.scrollIntoView({ block: 'nearest' })
}

function offerLink(url) {
  const link = root.querySelector('[data-request]')
  link.href = url
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
  root.querySelector('[data-hint]').textContent = status === 200 ? (button.dataset.then ?? '') : why(status, body)
}

/** This one is over: the form again, as a new question. */
function askAgain() {
  current?.close()
  current = null
  live.hidden = true
  start.hidden = false
  form.elements.question.focus()
}

/** The token of this browser has run out: a new one comes with the next question, and what was written becomes that. */
function startOver(left) {
  keepToken(null)
  const { question } = form.elements
  const written = [question.value, ...left.map(({ body }) => body), area.value].filter((text) => text.trim())
  for (const { clientId } of left) void dropUnsent(clientId)
  area.value = ''
  keepDraft('chat', '')
  question.value = written.join('\n')
  keepDraft('question', question.value)
  askAgain()
  refuse('form', say('over'))
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
      const field = current ? area : form.elements.question
      field.focus({ preventScroll: true })
    }
  })
  const close = () => tellSite({ close: true })
  root.querySelector('[data-close]').addEventListener('click', close)
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close()
  })
  tellSite({ ready: true, awake: root.dataset.awake === 'true' })
}
