/** The desk: one conversation beside the queue. What it needs of every staff page is in shell.js. */

import { words } from './shell/house.js'
import { line } from './shell/line.js'
import { toast } from './shell/toasts.js'
import './desk/canned.js'
import { lockHere, restoreDraft } from './desk/composer.js'
import './desk/keys.js'
import './desk/notes.js'
import { forget } from './desk/outbox.js'
import { markCurrent } from './desk/queue.js'
import { askMissing, openTalk, talk } from './desk/talk.js'

let shown
let composer

/** Takes up whatever stands on the page now. */
function arrive() {
  const one = document.getElementById('one')
  if (one !== shown) {
    openTalk()
    markCurrent()
  }
  const writing = one?.querySelector('.composer') ?? undefined
  if (writing !== composer) restoreDraft()
  shown = one
  composer = writing
}

const fetchOne = (path) => window.htmx.ajax('GET', path, { target: '#one', swap: 'outerHTML' })

document.addEventListener('htmx:after:swap', () => {
  arrive()
  compareHead()
  // What one has taken oneself needs no telling.
  const taken = document.querySelector('[data-taken]')
  if (taken && taken.dataset.taken === talk?.id) taken.remove()
})

/** The head has been fetched anew: where the conversation has changed hands or state, so has all that one may do. */
function compareHead() {
  const one = document.getElementById('one')
  const head = one?.querySelector('.desk-head [data-epoch]')
  if (!one || !head) return
  // An act of mine is on its way: its answer draws the conversation, with the words that belong to it.
  if (one.querySelector('form.htmx-request')) return void setTimeout(compareHead, 300)
  const same =
    head.dataset.epoch === one.dataset.epoch &&
    head.dataset.state === one.dataset.state &&
    'mine' in head.dataset === 'mine' in one.dataset
  if (same || one.dataset.asked === head.dataset.epoch + head.dataset.state) return
  one.dataset.asked = head.dataset.epoch + head.dataset.state
  fetchOne(`/tickets/${one.dataset.ticket}`)
}

// Not even reading is left: the post is over. One's own words stay, whatever names a customer goes.
function leave({ ticketId }) {
  if (ticketId === talk?.id) fetchOne(`/tickets/${ticketId}`)
  document.getElementById('desk-list')?.replaceChildren()
}
line.on('gone', leave)
document.addEventListener('gone', ({ detail }) => leave(detail))
document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  if (talk && [403, 404].includes(ctx.response.status) && ctx.request.action.startsWith(`/tickets/${talk.id}`))
    lockHere()
})

document.addEventListener('refused', ({ detail: { ticketId, code } }) => {
  if (code === 'stale_assignment' && ticketId === talk?.id) fetchOne(`/tickets/${ticketId}`)
  else if (ticketId !== talk?.id) toast(words.failed, { link: { href: `/desk/${ticketId}`, text: words.toDesk } })
})
document.addEventListener('accepted', ({ detail: { ticketId, clientId, seq } }) => {
  // It is shown when it arrives as a message; in a conversation that is not open here there is nothing to show.
  if (ticketId !== talk?.id || seq <= talk.last) forget(clientId)
  else setTimeout(() => talk && talk.last < seq && askMissing(), 600)
})

// Back and forward within the desk draw the conversation; any other page is loaded.
document.addEventListener('htmx:before:history:restore', (event) => {
  const { pathname } = new URL(event.detail.path, location.href)
  const id = /^\/desk\/(\d+)$/.exec(pathname)?.[1]
  if (pathname !== '/desk' && !id) return
  event.preventDefault()
  fetchOne(id ? `/tickets/${id}` : '/desk')
})

arrive()
