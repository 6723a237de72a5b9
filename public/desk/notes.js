import { token } from '../shell/house.js'

/** What is written while one talks is kept as it is written: a moment after the last key, and once more when one leaves. */
const AFTER_MILLISECONDS = 700
const waiting = new WeakMap()

async function keep(area) {
  clearTimeout(waiting.get(area))
  waiting.delete(area)
  const body = new URLSearchParams({ note: area.value })
  const headers = { 'x-token': token, 'hx-request': 'true' }
  const answer = await fetch(`/calls/${area.dataset.callNote}/note`, { method: 'POST', headers, body }).catch(
    () => undefined,
  )
  area.dataset.kept = answer?.ok ? 'yes' : 'no'
}

document.addEventListener('input', ({ target }) => {
  if (!target.dataset?.callNote) return
  clearTimeout(waiting.get(target))
  waiting.set(
    target,
    setTimeout(() => keep(target), AFTER_MILLISECONDS),
  )
})
document.addEventListener('focusout', ({ target }) => {
  if (waiting.has(target)) keep(target)
})
