/**
 * The list of conversations: it never moves under a hand that is about to press. While one is at it, what stands there
 * changes in place and what is new waits behind a number; a hand that rests for a few seconds holds nothing up.
 */
const HAND_MILLISECONDS = 4000
const list = () => document.getElementById('desk-list')
let handAt = 0
let keeping = false
let release = false

for (const kind of ['pointermove', 'pointerdown', 'wheel', 'keydown'])
  document.addEventListener(
    kind,
    ({ target }) => {
      if (list()?.contains(kind === 'keydown' ? document.activeElement : target)) handAt = Date.now()
    },
    { passive: true },
  )
document.addEventListener('focusin', ({ target }) => {
  if (list()?.contains(target)) handAt = Date.now()
})
const inHand = () =>
  Date.now() - handAt < HAND_MILLISECONDS && (list()?.matches(':hover') || list()?.contains(document.activeElement))

document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== list()) return
  const rows = [...list().querySelectorAll('[data-row]')].map(({ dataset }) => dataset.row)
  keeping = !release && rows.length > 0 && inHand()
  release = false
  if (keeping) ctx.request.body.set('keep', rows.join(','))
})

const refetch = () => document.body.dispatchEvent(new CustomEvent('list'))
setInterval(() => {
  if (!keeping || inHand()) return
  keeping = false
  refetch()
}, 500)
document.addEventListener('click', ({ target }) => {
  if (!target.closest?.('[data-fresh]')) return
  release = true
  refetch()
})

/** Those that the chosen tab shows. */
export const rows = () => [...(list()?.querySelectorAll('a.row') ?? [])].filter((row) => row.checkVisibility())

/** The row of what is open, also before the list has been fetched anew. */
export function markCurrent() {
  for (const row of list()?.querySelectorAll('a.row') ?? []) {
    if (row.getAttribute('href') === location.pathname) row.setAttribute('aria-current', 'true')
    else row.removeAttribute('aria-current')
  }
}
