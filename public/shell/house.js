/** What the server has written on the page for scripts: who reads it, in which words, and what time it is there. */
// On the page of a mail's link only the main part speaks to scripts.
const { dataset } = document.querySelector('main[data-words]') ?? document.body

export const me = dataset.me ?? ''
export const myName = dataset.name ?? ''
export const token = dataset.token ?? ''
export const zone = dataset.zone ?? 'UTC'
export const language = document.documentElement.lang
export const words = JSON.parse(dataset.words ?? '{}')

let ahead = Date.parse(dataset.now ?? '') - Date.now()
/** The server's clock, in milliseconds: a laptop's own may be wrong by minutes. */
export const now = () => Date.now() + (Number.isNaN(ahead) ? 0 : ahead)
/** @param {string} iso what the server's clock says at this moment */
export function setClock(iso) {
  ahead = Date.parse(iso) - Date.now()
}

/** Fills `{name}` in words. @param {string} text @param {Record<string, string | number>} values */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))

/** One clock for both sides: `02:14` in the company's zone. @param {string | number} at */
export const clockTime = (at) =>
  new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(new Date(at))
/** `2026-11-24` in the company's zone. @param {string | number} at */
export const dateIn = (at) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(at))

/** Shows what needs a script and says so by itself. @param {ParentNode} root */
export function unhide(root) {
  for (const element of root.querySelectorAll('[data-scripted]')) element.hidden = false
  for (const element of root.querySelectorAll('[data-plain]')) element.hidden = true
  if (/Mac|iPhone|iPad/.test(navigator.platform))
    for (const key of root.querySelectorAll('[data-mod]')) key.textContent = '⌘'
}

/** Small things kept in this browser; a full or forbidden store loses none of the page's work. */
export const kept = {
  /** @param {string} name @returns {string | null} */
  get(name) {
    try {
      return localStorage.getItem(`nightdesk.${name}`)
    } catch {
      return null
    }
  },
  /** @param {string} name @param {string | null} value */
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(`nightdesk.${name}`)
      else localStorage.setItem(`nightdesk.${name}`, value)
    } catch {
      // Private windows may forbid it: the page then keeps it as long as it is open.
    }
  },
}
