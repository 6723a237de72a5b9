import { kept } from '../shell/house.js'
import * as canned from './canned.js'
import { noteArea, replyArea } from './composer.js'
import { rows } from './queue.js'

/** The desk by keyboard. Single keys can be switched off: a voice or a shaking hand types them by accident (WCAG 2.1.4). */
const help = document.getElementById('keys')
const single = document.getElementById('single-keys')
if (single) {
  single.checked = kept.get('single-keys') !== 'off'
  single.addEventListener('change', () => kept.set('single-keys', single.checked ? null : 'off'))
}

const isWriting = (target) => target.matches?.('input:not([type="radio"]):not([type="checkbox"]), textarea, select')

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (event.isComposing) return
  if (key === 'Escape') return leave(event)
  if (key === 'Enter' && (event.ctrlKey || event.metaKey)) return send(event)
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(target) || help?.open) return
  if (key === 'Enter') return takeOffer(event)
  if (single && !single.checked) return
  const act = ACTS[key.length === 1 ? key.toLowerCase() : key]
  if (act?.() !== undefined) event.preventDefault()
})

/** What did something answers; a key that has nothing to do here stays the browser's. */
const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => (document.activeElement?.matches('a.row') ? move(1) : undefined),
  ArrowUp: () => (document.activeElement?.matches('a.row') ? move(-1) : undefined),
  p: () => press('[data-pass]'),
  r: () => write('reply', replyArea()),
  n: () => write('note', noteArea()),
  t: () => unfold('act-transfer', 'input:not([type=hidden]), button'),
  e: () => unfold('act-resolve', 'select'),
  '!': () => unfold('act-abuse', 'input'),
  '/': () => {
    if (!replyArea()) return undefined
    write('reply', replyArea())
    canned.open()
    return true
  },
  '?': () => {
    help?.showModal()
    return true
  },
}

function move(step) {
  const all = rows()
  if (all.length === 0) return undefined
  const at = all.indexOf(document.activeElement)
  const from = at >= 0 ? at : all.findIndex((row) => row.ariaCurrent === 'true')
  const to = all[from < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, from + step))]
  to?.focus()
  return to
}

function press(selector) {
  const button = document.querySelector(selector)
  button?.click()
  return button ?? undefined
}

function write(which, area) {
  if (!area) return undefined
  const choice = document.querySelector(`input[name="write-to"][value="${which}"]`)
  if (choice) choice.checked = true
  const fold = area.closest('details')
  if (fold) fold.open = true
  area.focus()
  return area
}

function unfold(id, first) {
  const panel = document.getElementById(id)
  if (!panel) return undefined
  panel.open = true
  panel.querySelector(first)?.focus()
  return panel
}

/** Enter takes the offer where it has nothing else to press. */
function takeOffer(event) {
  if (document.activeElement?.closest('a[href], button, summary, input, select, textarea')) return
  if (press('[data-take]')) event.preventDefault()
}

function send(event) {
  const form = event.target.closest?.('.reply-form, .note-form')
  if (!form) return
  event.preventDefault()
  form.requestSubmit()
}

function leave(event) {
  if (help?.open) return
  const panel = document.querySelector('details.act[open], details.note-fold[open]')
  if (panel) {
    panel.open = false
    panel.querySelector('summary')?.focus()
  } else if (location.hash.startsWith('#side-')) location.hash = '#main'
  else if (isWriting(event.target)) event.target.blur()
}

document.addEventListener('click', ({ target }) => {
  if (target.closest?.('[data-keys]')) help?.showModal()
  for (const panel of document.querySelectorAll('details.act[open]')) if (!panel.contains(target)) panel.open = false
})
