/** Words of one conversation that the house does not have yet: kept until acknowledged, sent in their order, once, by one tab. */
import { isPassing } from './api.js'
import { alone, dropUnsent, keepUnsent, newId, unsentOf } from './store.js'

const TRY_AGAIN_AFTER = 3000
/** Of the live line: worth another try by the other door. */
const PASSING = ['too_many', 'limited', 'fault', 'busy']

/**
 * @param place the ticket, whose words these are
 * @param doors `live(word)` the answer of the line or null, `http(word)` `{ status, body }`
 * @param changed is told the list to show
 * @param stored is told where a word has got its number
 */
export function outbox(place, { live, http, changed, stored, why }) {
  let list = []
  let flushing = false
  let more = false
  let closed = false
  let retry
  let wait = 0

  const show = () => changed(list)
  const forget = (clientId) => {
    list = list.filter((one) => one.clientId !== clientId)
    show()
    return dropUnsent(clientId)
  }
  /** What other tabs have kept meanwhile is ours to send as well, and what they have sent is gone. */
  async function read() {
    const before = list
    list = await unsentOf(place)
    if (before.length !== list.length) show()
    return before.some(({ clientId }) => !list.some((one) => one.clientId === clientId))
  }

  async function flush() {
    if (closed) return
    more = flushing
    if (flushing) return
    flushing = true
    try {
      do {
        more = false
        clearTimeout(retry)
        await alone(`unsent.${place}`, sendAll)
      } while (more && !closed)
    } finally {
      flushing = false
    }
  }
  async function sendAll() {
    if (await read()) stored(null)
    for (const one of [...list]) {
      if (one.failed || closed) continue
      const outcome = await deliver(one)
      if (outcome === 'held' && !one.held) await keep({ ...one, held: true })
      if (outcome === 'later' || outcome === 'held') {
        retry = setTimeout(flush, Math.max(wait, TRY_AGAIN_AFTER * (0.7 + Math.random() * 0.6)))
        return
      }
      if (outcome === 'stored') await forget(one.clientId)
      else await keep({ ...one, failed: outcome })
    }
  }
  async function deliver(one) {
    const answer = one.file ? null : await live(one)
    if (answer && !answer.error) return taken(answer, one)
    if (answer?.error && !PASSING.includes(answer.error.code)) return why(400, answer)
    const { status, body } = await http(one)
    wait = 1000 * (body?.error?.retryAfterSeconds ?? 0)
    if (status === 200 || status === 201) return taken(body, one)
    if (body?.error?.code === 'limited') return 'held'
    return isPassing(status) || status === 401 ? 'later' : why(status, body)
  }
  function taken(acknowledged, one) {
    stored({ ...acknowledged, ...one })
    return 'stored'
  }
  function keep(one) {
    list = list.some(({ clientId }) => clientId === one.clientId)
      ? list.map((old) => (old.clientId === one.clientId ? one : old))
      : [...list, one]
    show()
    return keepUnsent(one)
  }

  return {
    read,
    flush,
    /** A word that stands in the conversation is not unsent, whoever sent it. */
    arrived: (clientId) => list.some((one) => one.clientId === clientId) && void forget(clientId),
    /** @param file goes out as a message of its own, its name for its words; `failed` where it need not be tried at all */
    add: async (body, file, failed = false) => {
      await keep({ clientId: newId(), place, body, at: new Date().toISOString(), failed, ...(file ? { file } : {}) })
      await flush()
    },
    again: async (clientId) => {
      const one = list.find((word) => word.clientId === clientId)
      if (one) await keep({ ...one, failed: false })
      await flush()
    },
    /** It never went out, and nobody misses it. */
    discard: forget,
    list: () => list,
    close: () => {
      closed = true
      clearTimeout(retry)
    },
  }
}
