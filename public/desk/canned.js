import { replyArea } from './composer.js'
import { talk } from './talk.js'

/** Canned replies: a slash in the reply opens the list, what follows it filters, Enter puts the words in. */
const SLASH = /(^|\s)\/([^\s/]*)$/
const list = () => document.getElementById(`canned-${talk?.id}`)
const options = () => [...(list()?.querySelectorAll('[role="option"]:not([hidden])') ?? [])]

export const isOpen = () => list()?.hidden === false

function wanted() {
  const area = replyArea()
  return area ? SLASH.exec(area.value.slice(0, area.selectionStart)) : null
}

function refresh() {
  const found = wanted()
  if (!found) return close()
  const typed = found[2].toLowerCase()
  for (const option of list()?.querySelectorAll('[role="option"]') ?? []) {
    const { shortcut = '', title = '' } = option.dataset
    option.hidden = !shortcut.toLowerCase().startsWith(typed) && !title.toLowerCase().includes(typed)
  }
  const all = options()
  if (all.length === 0) return close()
  list().hidden = false
  replyArea().setAttribute('aria-controls', list().id)
  choose(all.find((option) => option.ariaSelected === 'true') ?? all[0])
}

export function close() {
  const box = list()
  if (box) box.hidden = true
  replyArea()?.removeAttribute('aria-activedescendant')
}

function choose(option) {
  for (const one of list().querySelectorAll('[role="option"]')) one.ariaSelected = String(one === option)
  replyArea().setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

function take(option) {
  const area = replyArea()
  const found = wanted()
  if (!area || !found) return
  const end = area.selectionStart
  area.setRangeText(option.dataset.text ?? '', end - found[2].length - 1, end, 'end')
  close()
  area.dispatchEvent(new Event('input', { bubbles: true }))
  area.focus()
}

/** Opens the list from the button or the key, whatever stands in the field. */
export function open() {
  const area = replyArea()
  if (!area) return
  area.focus()
  if (!wanted()) {
    const before = area.value.slice(0, area.selectionStart)
    area.setRangeText(before === '' || /\s$/.test(before) ? '/' : ' /', area.selectionStart, area.selectionEnd, 'end')
    area.dispatchEvent(new Event('input', { bubbles: true }))
  }
  refresh()
}

/** At the hand's place in what is being written, in a line of its own where words stand before it. */
function putIn(text) {
  const area = replyArea()
  if (!area) return
  const before = area.value.slice(0, area.selectionStart)
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  area.setRangeText(gap + text, area.selectionStart, area.selectionEnd, 'end')
  area.dispatchEvent(new Event('input', { bubbles: true }))
  area.focus()
}

document.addEventListener('input', ({ target }) => {
  if (target === replyArea()) refresh()
})
document.addEventListener(
  'keydown',
  (event) => {
    if (!isOpen() || event.target !== replyArea()) return
    const all = options()
    const at = all.findIndex((option) => option.ariaSelected === 'true')
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) choose(all[(at + step + all.length) % all.length])
    else if (event.key === 'Enter' || event.key === 'Tab') take(all[at] ?? all[0])
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  },
  { capture: true },
)
document.addEventListener('mousedown', (event) => {
  const option = event.target.closest?.('[role="option"]')
  if (option && list()?.contains(option)) {
    event.preventDefault()
    take(option)
  }
})
document.addEventListener('click', ({ target }) => {
  if (target.closest?.('button[data-canned]')) open()
  const put = target.closest?.('button[data-put]')
  if (put) putIn(put.dataset.put)
})
document.addEventListener('focusout', ({ target }) => {
  if (target === replyArea()) close()
})
