/** What this browser keeps: who it is, drafts, and words that the house does not have yet. Works without, for as long as the page is open. */
import { get, set } from '/lib/idb-keyval.js'

const memory = new Map()
const TOKEN = 'nightdesk.visitor'

function kept(key) {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null
  } catch {
    return memory.get(key) ?? null
  }
}
function keep(key, value) {
  if (value === null) memory.delete(key)
  else memory.set(key, value)
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Storage is closed in this frame: the memory of the page serves.
  }
}

export const visitorToken = () => kept(TOKEN)
export const keepToken = (token) => keep(TOKEN, token)

export const draftOf = (place) => kept(`nightdesk.draft.${place}`) ?? ''
export const keepDraft = (place, text) => keep(`nightdesk.draft.${place}`, text === '' ? null : text)

/** Words that are not acknowledged, in the order of writing. Two tabs may both send them: the same id is stored once. */
export async function unsentOf(place) {
  try {
    return (await get(`unsent.${place}`)) ?? memory.get(`unsent.${place}`) ?? []
  } catch {
    return memory.get(`unsent.${place}`) ?? []
  }
}
export async function keepUnsent(place, words) {
  memory.set(`unsent.${place}`, words)
  try {
    await set(`unsent.${place}`, words)
  } catch {
    // As above.
  }
}

/** UUID version 7: made once a message, so that a resend is known. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const at = Date.now()
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(at / 2 ** (8 * (5 - n))) & 255
  bytes[6] = (bytes[6] & 15) | 112
  bytes[8] = (bytes[8] & 63) | 128
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
