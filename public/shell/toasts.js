import { words } from './house.js'
import { signIn } from './line.js'

/** Words that rise and go: with a way back for eight seconds, longer while one looks at them. */
const STAYS_MILLISECONDS = 8000
const box = document.querySelector('.toasts')

/**
 * @param {string} text
 * @param {{ link?: { href: string, text: string } }} options
 */
export function toast(text, { link } = {}) {
  const element = document.createElement('div')
  element.className = 'toast'
  element.dataset.toast = ''
  const said = document.createElement('span')
  said.className = 'grow'
  said.textContent = text
  element.append(said)
  if (link) {
    const anchor = Object.assign(document.createElement('a'), {
      className: 'button',
      href: link.href,
      textContent: link.text,
    })
    anchor.dataset.size = 's'
    element.append(anchor)
  }
  box?.append(element)
  return element
}

function letGo(element) {
  const go = () => (element.matches(':hover, :focus-within') ? setTimeout(go, 1000) : element.remove())
  setTimeout(go, STAYS_MILLISECONDS)
  // What was taken back needs no words any more.
  element.addEventListener('submit', () => setTimeout(() => element.remove()))
}

if (box)
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof HTMLElement && 'toast' in node.dataset) letGo(node)
  }).observe(box, { childList: true })

/** Words beside a part that go by themselves. */
const passing = () => {
  for (const element of document.querySelectorAll('[data-passing]:not([data-going])')) {
    element.dataset.going = ''
    setTimeout(() => element.remove(), STAYS_MILLISECONDS)
  }
}
document.addEventListener('htmx:after:swap', passing)
passing()

/** Only what a person has pressed is answered; a part that could not be fetched is fetched again anyway. */
const pressed = (event) => ['click', 'submit', 'change'].includes(event.detail?.ctx?.sourceEvent?.type)

document.addEventListener('htmx:response:error', (event) => {
  const { status } = event.detail.ctx.response
  if (status === 401) return signIn()
  if (status === 422 || status === 409 || !pressed(event)) return
  toast(status === 429 || status >= 500 ? words.busy : words.failed)
})
document.addEventListener('htmx:error', (event) => {
  if (event.detail.ctx && pressed(event)) toast(words.lost)
})
