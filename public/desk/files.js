/** Files that are on their way to a customer: kept in this browser until the house has them, whatever happens to the line. */
export const FILE_BYTES = 10_000_000
const memory = new Map()
let opening

function opened() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('nightdesk-desk', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('files')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  return opening
}

/** Undefined where this browser keeps nothing: then the memory of the page serves. */
async function inStore(mode, act) {
  try {
    const transaction = (await opened()).transaction('files', mode)
    const request = act(transaction.objectStore('files'))
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } catch {
    return undefined
  }
}

/** @param {string} clientId @param {File} file */
export async function keepFile(clientId, file) {
  memory.set(clientId, file)
  await inStore('readwrite', (store) => store.put(file, clientId))
}
/** @param {string} clientId */
export const fileOf = async (clientId) =>
  memory.get(clientId) ?? (await inStore('readonly', (store) => store.get(clientId)))
/** @param {string} clientId */
export function dropFile(clientId) {
  memory.delete(clientId)
  void inStore('readwrite', (store) => store.delete(clientId))
}

/** Chosen, pasted or dropped into the conversation that is open. @param {(file: File) => void} attach */
export function listenForFiles(attach) {
  const all = (files) => {
    for (const file of files) attach(file)
  }
  document.addEventListener('change', ({ target }) => {
    if (!target.matches?.('[data-attach]')) return
    all(target.files)
    target.value = ''
  })
  document.addEventListener('paste', (event) => {
    if (!event.target.closest?.('.reply-form') || event.clipboardData.files.length === 0) return
    event.preventDefault()
    all(event.clipboardData.files)
  })
  for (const name of ['dragover', 'dragleave', 'drop'])
    document.addEventListener(name, (event) => {
      const one = event.target.closest?.('#one')
      if (!one || ![...(event.dataTransfer?.types ?? [])].includes('Files')) return
      event.preventDefault()
      one.toggleAttribute('data-drop', name === 'dragover')
      if (name === 'drop') all(event.dataTransfer.files)
    })
}
