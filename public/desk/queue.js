/** The list of conversations: it never moves under the hand. While one is in it, what is new waits behind a number. */
const list = () => document.getElementById('desk-list')
const inHand = () => {
  const box = list()
  return box?.matches(':hover') || box?.querySelector('a:focus-visible') !== null
}
let release = false

document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== list()) return
  const rows = [...list().querySelectorAll('[data-row]')].map(({ dataset }) => dataset.row)
  if (!release && rows.length > 0 && inHand()) ctx.request.body.set('keep', rows.join(','))
  release = false
})

const refetch = () => document.body.dispatchEvent(new CustomEvent('list'))
const held = () => list()?.querySelector('[data-fresh], [data-gone]')
document.addEventListener('click', ({ target }) => {
  if (!target.closest?.('[data-fresh]')) return
  release = true
  refetch()
})
document.addEventListener('pointerout', ({ target, relatedTarget }) => {
  if (list()?.contains(target) && !list().contains(relatedTarget) && held()) refetch()
})

export const rows = () => [...(list()?.querySelectorAll('a.row') ?? [])]

/** The row of what is open, also before the list has been fetched anew. */
export function markCurrent() {
  for (const row of rows()) {
    if (row.getAttribute('href') === location.pathname) row.setAttribute('aria-current', 'true')
    else row.removeAttribute('aria-current')
  }
}
