/** What this browser keeps: who it is, drafts, and words that the house does not have yet. Works without, for as long as the page is open. */
const memory = new Map()
const TOKEN = 'nightdesk.visitor'
const LANGUAGE = 'nightdesk.language'

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
export const chosenLanguage = () => kept(LANGUAGE)
export const keepLanguage = (language) => keep(LANGUAGE, language)

export const draftOf = (place) => kept(`nightdesk.draft.${place}`) ?? ''
export const keepDraft = (place, text) => keep(`nightdesk.draft.${place}`, text === '' ? null : text)

/**
 * Words that are not acknowledged: one row each, `{ clientId, place, body, at, failed }`, so that no tab ever writes over
 * what another has added. Ids are made in the order of writing.
 */
const unsent = new Map()

export async function unsentOf(place) {
  const rows = (await inStore('readonly', (store) => store.getAll())) ?? [...unsent.values()]
  return rows.filter((row) => row.place === place).sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
}
export async function keepUnsent(row) {
  unsent.set(row.clientId, row)
  await inStore('readwrite', (store) => store.put(row))
}
export async function dropUnsent(clientId) {
  unsent.delete(clientId)
  await inStore('readwrite', (store) => store.delete(clientId))
}

/** One act on the store of unsent words; undefined where this browser keeps nothing. */
async function inStore(mode, act) {
  try {
    const database = await opened()
    const transaction = database.transaction('unsent', mode)
    const request = act(transaction.objectStore('unsent'))
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } catch {
    return undefined
  }
}
let database
function opened() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('nightdesk', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('unsent', { keyPath: 'clientId' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  return database
}

/** Of all tabs of this browser one at a time; where it knows no locks or grants none to a frame, the house still keeps each word once. */
export async function alone(name, act) {
  let begun = false
  const once = () => {
    begun = true
    return act()
  }
  try {
    return await (navigator.locks ? navigator.locks.request(`nightdesk.${name}`, once) : once())
  } catch (error) {
    if (begun) throw error
    return act()
  }
}

let lastId = 0
/** UUID version 7: made once a message, so that a resend is known. Never two of one moment, so that they sort as they were written. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  lastId = Math.max(Date.now(), lastId + 1)
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(lastId / 2 ** (8 * (5 - n))) & 255
  bytes[6] = (bytes[6] & 15) | 112
  bytes[8] = (bytes[8] & 63) | 128
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
