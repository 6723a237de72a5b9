/** Files of a conversation: how they go out, how they are shown, and how somebody hands them over. */
export const FILE_BYTES = 10_000_000

export function formOf(clientId, file) {
  const form = new FormData()
  form.set('clientId', clientId)
  form.set('file', file, file.name)
  return form
}

/** Addresses of what was sent, each fetched once with the key of this conversation; undefined where it does not come. */
export function fileUrls(ticketId, { token, language }) {
  const urls = new Map()
  const fetched = async (seq) => {
    const answer = await fetch(`/api/v1/tickets/${ticketId}/files/${seq}`, {
      credentials: 'omit',
      headers: { authorization: `Bearer ${token}`, 'accept-language': language },
    }).catch(() => null)
    if (answer?.ok) return URL.createObjectURL(await answer.blob())
    urls.delete(seq)
    return undefined
  }
  return (seq) => {
    if (!urls.has(seq)) urls.set(seq, fetched(seq))
    return urls.get(seq)
  }
}

/** Room for a picture in a conversation, as the pages of the house give it too; never larger than it is. */
const SIDE = 300
export function fitted({ width, height }) {
  const scale = Math.min(1, SIDE / width, SIDE / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export const sizeOf = (bytes, language) => {
  const mega = bytes >= 1_000_000
  const figure = new Intl.NumberFormat(language, { maximumFractionDigits: mega ? 1 : 0 })
  return mega ? `${figure.format(bytes / 1_000_000)} MB` : `${figure.format(Math.max(1, bytes / 1000))} KB`
}

/** Chosen, pasted or dropped. */
export function listenForFiles(form, around, attach) {
  const chosen = form.querySelector('input[type="file"]') ?? around.querySelector('input[type="file"]')
  chosen?.addEventListener('change', () => {
    for (const file of chosen.files) attach(file)
    chosen.value = ''
  })
  form.addEventListener('paste', (event) => {
    const { files } = event.clipboardData
    if (files.length === 0) return
    event.preventDefault()
    for (const file of files) attach(file)
  })
  for (const name of ['dragover', 'dragleave', 'drop'])
    around.addEventListener(name, (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes('Files')) return
      event.preventDefault()
      around.toggleAttribute('data-drop', name === 'dragover')
      if (name === 'drop') for (const file of event.dataTransfer.files) attach(file)
    })
}
