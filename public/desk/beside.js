/**
 * Who else writes to this customer: seen before one sends or takes over, and the first press is held back once for each
 * of them. Two answers at once confuse more than a moment's wait.
 */
import { filled } from '../shell/house.js'
import { talk } from './talk.js'

let told = ''

const writersOf = () => {
  const names = document.querySelectorAll(`#beside-${talk?.id} [data-writes="customer"]`)
  return [...names].map(({ dataset }) => dataset.name).join(', ')
}
const banner = () => document.querySelector(`#composer-${talk?.id} [data-other-writes]`)

/** True where the words that say so had not been shown to this person yet; a second press goes on. */
export function holdForWriter() {
  const names = writersOf()
  if (names === '' || names === told) return false
  told = names
  show(names)
  return true
}

function show(names) {
  const box = banner()
  if (!box) return
  const text = filled(box.dataset.otherWrites, { name: names })
  if (names && box.textContent.trim() !== text) box.querySelector('span').textContent = text
  box.hidden = names === ''
}

/** Nobody writes any more: whoever begins again is told anew. */
document.addEventListener('htmx:after:swap', () => {
  if (!talk || writersOf() !== '') return
  told = ''
  show('')
})

document.addEventListener(
  'submit',
  (event) => {
    if (event.target.matches('[data-take-over]') && holdForWriter()) event.preventDefault()
  },
  { capture: true },
)
