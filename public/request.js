/** The private page of one request, live: the link is the key. Without this script its forms do the same. */
import { call } from './chat/api.js'
import { openConversation } from './chat/conversation.js'
import { box, panel, rating, unreadCounter } from './chat/panel.js'
import { wordsOf } from './chat/words.js'

const root = document.querySelector('[data-request]')
const words = wordsOf(root)
const { request: token, ticket: ticketId } = root.dataset
let conversation = null

const appeal = (text) => call('POST', '/appeal', { token, language: root.dataset.language, body: { text } })
const around = panel(root, words, {
  conversation: () => conversation,
  unread: unreadCounter(),
  seen: () => true,
  appeal,
})
const say = root.querySelector('[data-say]')
box(say, {
  place: ticketId,
  send: (body) => conversation?.say(body),
  typing: () => conversation?.typing(),
  attach: (file) => conversation?.attach(file),
})
// Without a script the file has a form and a button of its own; with it, choosing is sending.
root.querySelector('[data-plain]').hidden = true
rating(root.querySelector('[data-rate]'), words, { give: (given) => conversation.press('rating', given) })

// The page has drawn the conversation already; the first complete answer takes its place.
const log = root.querySelector('[data-talk]')
const drawn = [...log.children]
let taken = false
const hear = {
  ...around,
  talk: (messages, unsent) => {
    if (!taken && messages.length === 0) return
    if (!taken) for (const node of drawn) node.remove()
    taken = true
    around.talk(messages, unsent)
  },
  gone: () => {
    // What was written stays on the page, to be copied.
    root.querySelector('[data-offline-words]').textContent = words.why(404, null)
    root.querySelector('[data-offline]').hidden = false
  },
}
conversation = await openConversation({ token, language: root.dataset.language, ticketId, hear })
