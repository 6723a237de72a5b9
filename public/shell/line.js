import { io } from '/lib/socket.io.js'
import { me, setClock } from './house.js'

/**
 * The live line of every staff page. Topics arrive as bare names and become events on the body, which htmx parts listen
 * to (`hx-trigger="desk from:body"`); conversations get their messages as data.
 */
export const line = io('/desk', {
  path: '/live',
  transports: ['websocket'],
  reconnectionDelay: 400,
  reconnectionDelayMax: 6000,
  randomizationFactor: 0.6,
})

const MINE = new Set(['offer', 'work', 'duty', 'night', 'own'])
const STANDING = [
  'offer',
  'work',
  'duty',
  'night',
  'own',
  'months',
  'appraisal',
  'recognition',
  'records',
  'wall',
  'obligations',
  'swaps',
  'desk',
  'board',
  'roster',
  'escalations',
  'incidents',
  'calls',
  'abuse',
  'reveals',
  'refresh',
]
const FRAME = new Set([
  'offer',
  'work',
  'duty',
  'night',
  'desk',
  'board',
  'escalations',
  'incidents',
  'calls',
  'abuse',
  'refresh',
])
/** Topics of one act arrive together; what they ask for is fetched once. */
const GATHER_MILLISECONDS = 60
const POLL_MILLISECONDS = 3000
const ASK_MILLISECONDS = 15_000
/** A blink of the line is no news. */
const SAID_AFTER_MILLISECONDS = 2500

let waiting = new Set()
/** Topics of the conversation that is open here; refetched like the standing ones after a reconnect. */
let open = []
/** Asks for what is missing; set by the page that shows a conversation. */
let ask = async () => undefined
let degraded = false
let lostSince = 0
/** When a page last got an answer by HTTP: where sockets are blocked it may go on so for the whole night. */
let answeredAt = 0
let asked = 0

/** @param {string} name one topic; those of a person are told without their number, because nobody gets another's */
export function tell(name) {
  if (waiting.size === 0) setTimeout(flush, GATHER_MILLISECONDS)
  const [kind, id] = name.split(':')
  waiting.add(MINE.has(kind) && id === me ? kind : name)
}

function flush() {
  const names = waiting
  waiting = new Set()
  for (const name of names) document.body.dispatchEvent(new CustomEvent(name))
  if ([...names].some((name) => FRAME.has(name))) document.body.dispatchEvent(new CustomEvent('frame'))
}

export function refetchAll() {
  for (const name of [...STANDING, ...open]) tell(name)
}

/** @param {string[]} topics @param {() => Promise<unknown>} missing */
export function watchConversation(topics, missing) {
  open = topics
  ask = missing
}

/** An event and its answer; undefined where the line gave none in time. @param {string} name @param {object} body */
export async function call(name, body) {
  if (!line.connected) return undefined
  try {
    return await line.timeout(5000).emitWithAck(name, body)
  } catch {
    return undefined
  }
}

/**
 * Off post: a page that is not this person's any more is not left standing. A conversation empties itself (desk.js), so
 * that what was written in it can be kept; a page that says why not is what stands then.
 */
async function leaveWhatIsNotOurs() {
  if (document.querySelector('#one[data-ticket], [data-refused]')) return
  const { status } = await fetch(location.href, { method: 'HEAD' }).catch(() => ({ status: 0 }))
  if (status === 403) location.reload()
}

export const isLive = () => line.connected && !degraded

line.on('connect', async () => {
  lostSince = 0
  show()
  const state = await call('resume', { tickets: [] })
  if (state?.now) setClock(state.now)
  await askNow()
  // Also the first time: what happened between the drawing of the page and its line was told to nobody here.
  refetchAll()
  if (state?.onPost === false && 'onPost' in document.body.dataset) await leaveWhatIsNotOurs()
})
line.on('topic', ({ topic }) => tell(topic))
line.on('off', leaveWhatIsNotOurs)
line.on('degraded', ({ on }) => {
  degraded = on
  show()
  if (!on) refetchAll()
})
line.on('disconnect', (reason) => {
  lostSince ||= Date.now()
  // The server cut it: signed out or shutting down. Whoever is still signed in comes back in a moment.
  if (reason === 'io server disconnect') setTimeout(() => line.connect(), 300 + Math.random() * 1500)
})
line.on('connect_error', (error) => {
  lostSince ||= Date.now()
  if (error.message === 'unauthenticated') signIn()
  else if (!line.active) setTimeout(() => line.connect(), 1000 + Math.random() * 3000)
})

let leaving = false
addEventListener('pageshow', () => {
  leaving = false
})

/** Once: the line and an answer may both say so, and a second way there would cut off the first. */
export function signIn() {
  if (leaving) return
  leaving = true
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`)
}

document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  if (ctx.response?.raw?.ok ?? ctx.response?.status < 400) answeredAt = Date.now()
})

async function askNow() {
  asked = Date.now()
  await ask()
}

setInterval(() => {
  const quiet = Date.now() - asked
  show()
  if (isLive() ? quiet < ASK_MILLISECONDS : quiet < POLL_MILLISECONDS) return
  askNow()
  if (!isLive()) refetchAll()
}, 1000)

function show() {
  const banner = document.getElementById('line-state')
  const text = banner?.querySelector('span')
  if (!banner || !text) return
  const lost = !line.connected && lostSince > 0 && Date.now() - lostSince > SAID_AFTER_MILLISECONDS
  const byHttp = lost && Date.now() - answeredAt < 3 * POLL_MILLISECONDS
  const said = byHttp ? text.dataset.asking : lost ? text.dataset.lost : text.dataset.degraded
  if (text.textContent !== said) text.textContent = said ?? ''
  banner.hidden = !lost && !degraded
}
