/** The customer's chat: on the help page and in the frame of the widget. Without it the form posts and the request page answers. */
import { call } from './chat/api.js'
import { askForm } from './chat/ask.js'
import { openConversation } from './chat/conversation.js'
import { box, panel, rating, unreadCounter } from './chat/panel.js'
import { siteAround } from './chat/site.js'
import { chosenLanguage, dropUnsent, keepDraft, keepLanguage, keepToken, visitorToken } from './chat/store.js'
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
const site = framed ? siteAround(root) : null
const unread = unreadCounter((count) => site?.tell({ unread: count }))
const api = (method, path, body) => call(method, path, { token: visitorToken(), language, body })
const appeal = (text) => api('POST', '/appeal', { text })
const around = panel(root, words, { conversation: () => current, unread, seen: () => shown, appeal })
const question = askForm(form, words, {
  api,
  about: { page: pageOf, channel: framed ? 'widget' : 'web' },
  opened: (ticketId, url) => {
    root.querySelector('[data-request]').href = url
    return enter(ticketId)
  },
  goesOn: (ticketId, written) => {
    keepDraft('chat', written)
    area.value = written
    return enter(ticketId)
  },
  banned: showNotice,
  readIn,
})

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
  question.listen()
  for (const button of root.querySelectorAll('[data-press]')) button.addEventListener('click', press)
  root.querySelector('[data-again]').addEventListener('click', askAgain)
  box(root.querySelector('[data-say]'), {
    place: 'chat',
    send: (body) => current?.say(body),
    typing: () => current?.typing(),
    attach: (file) => current?.attach(file),
  })
  rating(root.querySelector('[data-rate]'), words, { give: (given) => current.press('rating', given) })
  site?.listen(openedOrShut)
  document.addEventListener('visibilitychange', looked)
  const hello = document.querySelector('.hello')
  if (hello) import('./chat/hello.js').then(({ keepHello }) => keepHello(hello, () => !start.hidden))
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

async function showNotice() {
  around.notice((await api('GET', '/notice')).body?.notice)
}

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
  const field = form.elements.question
  const written = [field.value, ...left.map(({ body }) => body), area.value].filter((text) => text.trim())
  for (const { clientId } of left) void dropUnsent(clientId)
  area.value = ''
  keepDraft('chat', '')
  field.value = written.join('\n')
  keepDraft('question', field.value)
  askAgain()
  question.refuse('form', say('over'))
}

function looked() {
  if (document.visibilityState !== 'visible' || !shown) return
  unread.clear()
  current?.mark()
}

function openedOrShut(isOpen) {
  shown = isOpen
  if (!shown) return
  looked()
  const field = current ? area : form.elements.question
  field.focus({ preventScroll: true })
}
