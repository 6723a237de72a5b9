/** What is in force on this customer: why, until when, where to call, and the way to object once. Fetched by whoever needs it. */
import { element, icon } from './draw.js'

/** LIMITS.appealLetters of server/chat/rules.ts. */
const MOST_LETTERS = '2000'
let shown = ''

/** @param send gives `{ status, body }` of POST /appeal; `why` says what went wrong; `again` is told the notice after it */
export function draw(root, told, { send, why, again }) {
  // What would reach people is hidden by the style sheet.
  root.toggleAttribute('data-banned', told?.state === 'banned' && (!told.network || Boolean(root.dataset.state)))
  const place = root.querySelector('[data-notice-at]')
  const now = JSON.stringify(told)
  if (told && root.dataset.chat === 'widget') dress()
  if (!place || now === shown) return
  shown = now
  // What somebody is writing stays.
  const typed = place.querySelector('textarea')?.value ?? ''
  const open = place.querySelector('details')?.open ?? false
  place.hidden = !told
  place.replaceChildren(...(told ? [section(told, { place, typed, open, send, why, again })] : []))
}

function section({ words, appeal }, { place, ...form }) {
  const { phone } = place.dataset
  const body = element(
    'div',
    { class: 'body stack', 'data-gap': '3' },
    element('h2', { class: 'heading line' }, icon('circle-alert'), element('span', {}, words.title)),
    element('p', {}, words.text),
  )
  if (phone) {
    const call = element('a', { class: 'num', href: `tel:${phone}` }, phone)
    body.append(element('p', { class: 'line wrap' }, element('span', {}, words.emergency), ' ', call))
  }
  if (words.appeal) body.append(element('p', { class: 'dim', 'data-appealed': '' }, words.appeal))
  if (appeal?.answer) body.append(element('p', { class: 'words', dir: 'auto' }, appeal.answer))
  if (words.form) body.append(appealForm(words.form, form))
  return element('section', { class: 'conduct panel', 'data-notice': '' }, body)
}

function appealForm({ title, hint, label, send: button }, { typed, open, send, why, again }) {
  const area = element('textarea', {
    class: 'area',
    rows: '4',
    maxlength: MOST_LETTERS,
    required: '',
    dir: 'auto',
    'aria-label': label,
    placeholder: label,
  })
  area.value = typed
  const error = element('p', { class: 'error', role: 'alert', hidden: '' })
  const form = element(
    'form',
    { class: 'stack', 'data-gap': '2' },
    element('p', { class: 'dim tiny' }, hint),
    area,
    error,
    element('div', {}, element('button', { class: 'button', 'data-kind': 'key' }, button)),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (area.value.trim() === '') return area.focus()
    const { status, body } = await send(area.value)
    error.hidden = status === 200
    if (status === 200) return again(body.notice)
    error.textContent = why(status, body)
  })
  return element(
    'details',
    { class: 'conduct-appeal', ...(open ? { open: '' } : {}) },
    element('summary', {}, title),
    form,
  )
}

/** The frame has a small style sheet of its own: this part of it comes with the notice. */
function dress() {
  if (document.querySelector('link[href="/notice.css"]')) return
  document.head.append(element('link', { rel: 'stylesheet', href: '/notice.css' }))
}
