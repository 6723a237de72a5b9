import { kept, me, unhide } from '../shell/house.js'
import { holdForWriter } from './beside.js'
import { listenForFiles } from './files.js'
import { again, drawUnsent, forget, send, sendFile, unsentOf } from './outbox.js'
import { sayTyping, talk, unmarkNew } from './talk.js'

/** What one writes: kept for each conversation until it is sent, and never sent past a word one has not seen. */
const WEEK_MILLISECONDS = 7 * 86_400_000
const nameOf = (id) => `draft.${me}.${id}`
const draftOf = (id) => JSON.parse(kept.get(nameOf(id)) ?? '{}')

function keep(id, values) {
  const draft = { ...draftOf(id), ...values, at: Date.now() }
  kept.set(nameOf(id), draft.reply || draft.note ? JSON.stringify(draft) : null)
}

export const replyArea = () => document.getElementById(`reply-${talk?.id}`)
export const noteArea = () => document.getElementById(`note-of-${talk?.id}`)

/** Puts back what had been written here, or shows it to be copied where one may write no more. */
export function restoreDraft() {
  if (!talk) return
  const { reply = '', note = '' } = draftOf(talk.id)
  const area = replyArea()
  if (area && !area.value) area.value = reply
  if (area?.value) keep(talk.id, { reply: area.value, began: draftOf(talk.id).began ?? talk.last })
  const noted = noteArea()
  if (noted && !noted.value) noted.value = note
  if (!area && reply) showKept(reply)
  unhide(document)
}

function showKept(text) {
  const box = document.getElementById(`kept-${talk.id}`)
  if (!box) return
  box.value = text
  box.closest('.kept').hidden = false
}

/** The right to this conversation is over, and not even reading it is left: one's own words stay, the customer leaves the screen. */
export function lockHere() {
  const composer = document.getElementById(`composer-${talk?.id}`)
  if (!talk || !composer || 'gone' in composer.dataset) return
  for (const part of ['.desk-log', '.desk-side', '.desk-head'])
    document.querySelector(`#one ${part}`)?.replaceChildren()
  delete document.getElementById('one')?.dataset.name
  document.getElementById('tpl-theirs')?.remove()
  const { reply = '' } = draftOf(talk.id)
  composer.dataset.gone = ''
  talk.mine = false
  composer.replaceChildren(document.getElementById('tpl-gone').content.cloneNode(true))
  if (reply) showKept(reply)
}

document.addEventListener('input', ({ target }) => {
  if (!talk) return
  if (target === replyArea()) {
    const { reply = '', began } = draftOf(talk.id)
    keep(talk.id, { reply: target.value, began: reply && target.value ? (began ?? talk.last) : talk.last })
    sayTyping(target.value !== '')
  } else if (target === noteArea()) {
    keep(talk.id, { note: target.value })
    sayTyping(target.value !== '', 'colleagues')
  }
})

document.addEventListener(
  'submit',
  (event) => {
    if (!event.target.matches('.reply-form') || !talk) return
    event.preventDefault()
    const area = replyArea()
    const body = area.value
    if (body.trim() === '') return
    if (heldBack() || holdForWriter()) return
    send({ ticketId: talk.id, epoch: talk.epoch, body })
    area.value = ''
    keep(talk.id, { reply: '', began: undefined })
    sayTyping(false)
    unmarkNew()
    area.focus()
  },
  { capture: true },
)

/** A word of the customer that came since one began is shown first; the second press sends. */
function heldBack() {
  const { began } = draftOf(talk.id)
  const banner = document.getElementById(`held-${talk.id}`)
  if (began === undefined || talk.customer <= began) {
    banner.hidden = true
    return false
  }
  keep(talk.id, { began: talk.last })
  banner.hidden = false
  document.querySelector('.desk-log').scrollTop = 0
  return true
}

listenForFiles((file) => talk?.mine && sendFile({ ticketId: talk.id, epoch: talk.epoch }, file))
document.addEventListener('unsent', () => talk && drawUnsent(talk.id, talk.mine))

document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('button')
  if (!button || !talk) return
  const clientId = button.closest('[data-client]')?.dataset.client
  if (clientId && 'again' in button.dataset) again(clientId, talk.epoch)
  else if (clientId && 'drop' in button.dataset) forget(clientId)
  else if (clientId && 'copy' in button.dataset)
    await copy(unsentOf(talk.id).find((item) => item.clientId === clientId)?.body ?? '', button)
  else if ('copyKept' in button.dataset) await copy(document.getElementById(`kept-${talk.id}`)?.value ?? '', button)
})

async function copy(text, button) {
  await navigator.clipboard.writeText(text).catch(() => document.getElementById(`kept-${talk?.id}`)?.select())
  button.textContent = document.getElementById('tpl-words')?.dataset.copied ?? button.textContent
}

document.addEventListener('change', ({ target }) => {
  if (target.name !== 'write-to') return
  const area = target.value === 'note' ? noteArea() : replyArea()
  area?.focus()
})

/** A note that was taken needs no draft any more; the answer is the composer drawn anew. */
document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  if (!talk || !ctx.sourceElement.matches?.('.note-form') || ctx.response.status !== 200) return
  keep(talk.id, { note: '' })
  sayTyping(false, 'colleagues')
})

// Drafts that nobody came back to.
for (const name of Object.keys(localStorage)) {
  if (!name.startsWith(`nightdesk.draft.${me}.`)) continue
  const { at = 0 } = JSON.parse(localStorage.getItem(name) ?? '{}')
  if (Date.now() - at > WEEK_MILLISECONDS) localStorage.removeItem(name)
}
