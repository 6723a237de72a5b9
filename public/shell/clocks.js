import { filled, now, words } from './house.js'

/**
 * Clocks that count in words, once a second: `data-due` down to an instant and then over it, `data-since` up from one,
 * `data-ring` the offer's. The server has drawn them for the moment of the page; here they go on.
 */
const two = (n) => String(n).padStart(2, '0')

/** @param {number} milliseconds `3:12`, `1:46:00` */
export function countdown(milliseconds) {
  const seconds = Math.max(0, Math.round(Math.abs(milliseconds) / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

function passed(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000)
  if (minutes < 1) return words.justNow
  if (minutes < 60) return filled(words.minutes, { n: minutes })
  return minutes < 1440 ? filled(words.hours, { n: Math.floor(minutes / 60) }) : undefined
}

const set = (element, text) => {
  if (element && text !== undefined && element.textContent !== text) element.textContent = text
}

function tick() {
  const at = now()
  for (const element of document.querySelectorAll('[data-due]')) {
    const left = Date.parse(element.dataset.due) - at
    set(
      element.querySelector('[data-left]'),
      left < 0 ? filled(words.over, { time: countdown(left) }) : countdown(left),
    )
    const quarter = Number(element.dataset.seconds) * 250
    const tone = left < 0 ? 'bad' : left <= quarter ? 'lamp' : element.dataset.tone
    if (element.dataset.tone !== tone) element.dataset.tone = tone
    const icon = element.querySelector('use')
    if (left < 0 && icon?.getAttribute('href') === '/icons.svg#i-timer')
      icon.setAttribute('href', '/icons.svg#i-circle-alert')
  }
  for (const element of document.querySelectorAll('[data-since]')) {
    const since = at - Date.parse(element.dataset.since)
    set(element, 'clock' in element.dataset ? countdown(since) : passed(since))
  }
  for (const element of document.querySelectorAll('[data-clock-in]'))
    set(
      element,
      new Intl.DateTimeFormat('en-GB', {
        hour: '2-digit',
        minute: '2-digit',
        timeZone: element.dataset.clockIn,
      }).format(at),
    )
  for (const ring of document.querySelectorAll('[data-ring]')) {
    const left = Math.max(0, (Date.parse(ring.dataset.ring) - at) / 1000)
    set(ring.querySelector('[data-left]'), String(Math.ceil(left)))
    const share = Math.round((left / Number(ring.dataset.seconds)) * 100)
    ring.querySelector('.left')?.setAttribute('stroke-dasharray', `${share} 100`)
    // Over on this clock: ask how it stands on the server's.
    if (left === 0 && !ring.dataset.over) {
      ring.dataset.over = 'yes'
      setTimeout(() => document.body.dispatchEvent(new CustomEvent('offer')), 1200)
    }
  }
}

setInterval(tick, 1000)
document.addEventListener('htmx:after:swap', tick)
tick()
