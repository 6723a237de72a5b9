import { kept } from './house.js'

/** One key leads to the search from every page of the house; beside an open conversation it opens what is often answered (desk/keys.js). */
const isWriting = (target) => target.matches?.('input:not([type="radio"]):not([type="checkbox"]), textarea, select')

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (key !== '/' || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isWriting(target)) return
  if (kept.get('single-keys') === 'off' || document.querySelector('.reply-form, dialog[open]')) return
  const field = [...document.querySelectorAll('[data-find]')].find((one) => one.checkVisibility())
  const link = document.querySelector('.topbar-find')
  if (!field && !link) return
  event.preventDefault()
  if (!field) return link.click()
  field.focus()
  field.select()
})
