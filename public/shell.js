/** What every staff page does beside its content: the live line, clocks, calls and sounds, words that rise and go. */
import { token, unhide } from './shell/house.js'
import './shell/line.js'
import './shell/clocks.js'
import './shell/toasts.js'
import './shell/calls.js'
import './shell/find.js'

// Every act of htmx carries the token that is bound to the session (RELIABILITY 15).
document.addEventListener('htmx:config:request', ({ detail }) => {
  detail.ctx.request.headers['X-Token'] = token
})

// A part is not redrawn under somebody's hands: it waits until they leave it.
const BUSY = '[data-calm]'
const late = new WeakSet()
document.addEventListener('htmx:before:request', (event) => {
  const part = event.detail.ctx.sourceElement
  if (!part.matches?.(BUSY)) return
  // What somebody has begun to write is not taken out of their hands either; sending it draws the part anew.
  if (isBegun(part)) return event.preventDefault()
  if (!part.querySelector('select:focus, input:focus, textarea:focus, summary:focus')) return
  event.preventDefault()
  if (late.has(part)) return
  late.add(part)
  part.addEventListener(
    'focusout',
    () => {
      late.delete(part)
      document.body.dispatchEvent(new CustomEvent(part.dataset.calm || 'board'))
    },
    { once: true },
  )
})

// Nor by an answer that was on its way when they began.
document.addEventListener('htmx:before:swap', (event) => {
  const part = event.detail.ctx.sourceElement
  if (!part.matches?.(BUSY)) return
  if (isBegun(part)) return event.preventDefault()
  keepUnfolded(part, event.detail.tasks)
})

const isBegun = (part) => [...part.querySelectorAll('textarea, input:not([type=hidden])')].some(isTouched)
const isTouched = (field) =>
  /^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue

// What was unfolded stays so when its part is drawn anew, also what was unfolded while the answer was on its way: what comes is
// unfolded before it is put in, so that nothing folds even for a moment.
function keepUnfolded(part, tasks) {
  for (const { id } of part.querySelectorAll('details[id][open]'))
    for (const { fragment } of tasks) fragment?.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '')
}

// A month wider than the page opens where tonight is.
for (const tonight of document.querySelectorAll('.scroll [data-tonight]')) {
  const grid = tonight.closest('.scroll')
  grid.scrollLeft = tonight.offsetLeft - grid.clientWidth / 2
}

// A row of tabs wider than the page opens where one is.
for (const here of document.querySelectorAll('nav > [aria-current=page]')) {
  const tabs = here.parentElement
  const left = here.getBoundingClientRect().left - tabs.getBoundingClientRect().left
  if (tabs.scrollWidth > tabs.clientWidth) tabs.scrollLeft += left - (tabs.clientWidth - here.offsetWidth) / 2
}

// A menu closes where one presses beside it, and on Escape.
document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(target)) menu.open = false
})
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false
    menu.querySelector('summary')?.focus()
  }
})
document.addEventListener('htmx:after:swap', () => unhide(document))
unhide(document)
