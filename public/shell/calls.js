import { kept, now, words } from './house.js'
import { line } from './line.js'
import { isSilent, ring, setSilent } from './sound.js'
import { toast } from './toasts.js'

/** What calls this person, on whatever staff page they are: the rail says it (views/parts/rail.hbs), and here it rings. */
const RING_MILLISECONDS = 4000
const ALARM_MILLISECONDS = 20_000
const PRESS_MILLISECONDS = 500
const root = document.documentElement
const title = document.title
const icon = document.querySelector('link[rel="icon"]')
const calm = icon?.getAttribute('href') ?? '/favicon.svg'

let offer = ''
let alarm = ''
let rangAt = 0
let alarmAt = 0
let alarmTimes = 0
let notice = ''
/** The browser keeps the sound off: until somebody presses something the edge glows instead. */
let asleep = false

function look() {
  const { offer: id = '', until = '', seconds = '20', alarm: ringing = '', desk = '' } = rail().dataset
  const left = Date.parse(until) - now()
  const over = id !== '' && left <= 0
  if (id !== offer) {
    offer = id
    rangAt = 0
    if (id.startsWith('request') && location.pathname !== '/escalations')
      toast(words.request, { link: { href: '/escalations', text: words.toRequests } })
    if (id.startsWith('call') && !document.getElementById('desk-calls'))
      toast(words.call, { link: { href: '/desk', text: words.toDesk } })
    if (id.startsWith('customer') && !document.getElementById('desk-offer'))
      toast(words.offer, { link: { href: '/desk', text: words.toDesk } })
  }
  if (id && !over && Date.now() - rangAt >= RING_MILLISECONDS) {
    rangAt = Date.now()
    ring('offer', `offer-${id}`, 1 - left / (Number(seconds) * 1000))
  }
  if (ringing !== alarm) {
    alarm = ringing
    alarmAt = 0
    alarmTimes = 0
    if (ringing && location.pathname !== '/board') toast(words.alarm, { link: { href: '/board', text: words.toBoard } })
  }
  if (ringing && Date.now() - alarmAt >= ALARM_MILLISECONDS) {
    alarmAt = Date.now()
    // Nobody came at the first: louder each time.
    ring('alarm', `alarm-${ringing}`, Math.min(1, 0.4 + 0.1 * alarmTimes++))
  }
  lookAtNotice()
  const glow = isSilent() || asleep ? (id && !over ? 'offer' : ringing ? 'alarm' : '') : ''
  if (glow) root.dataset.glow = glow
  else delete root.dataset.glow
  badge(Number(desk) || 0)
}

/** Once each time it is told, louder where it is told again; an alarm that rings anyhow is not rung twice. */
function lookAtNotice() {
  const { notice: id = '', noticeSound = '', noticeRound = '1', alarm: ringing = '' } = rail().dataset
  const told = id && `${id}-${noticeRound}`
  if (told === notice) return
  notice = told
  if (!told || kept.get('told') === told) return
  kept.set('told', told)
  if (noticeSound === 'duty' && ringing) return
  ring(noticeSound, `notice-${told}`, Math.min(1, 0.25 + 0.2 * Number(noticeRound)))
  if (!location.pathname.startsWith('/notices/'))
    toast(words.notice, { link: { href: `/notices/${id}`, text: words.toNotice } })
}

const rail = () => document.getElementById('rail') ?? document.body

function badge(count) {
  const wanted = count > 0 ? `(${count}) ${title}` : title
  if (document.title !== wanted) document.title = wanted
  const href = count > 0 ? lit(count) : calm
  if (icon?.getAttribute('href') !== href) icon?.setAttribute('href', href)
}

/** The window with its lit pane, and how many wait. @param {number} count */
const lit = (count) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#f2bb55"/><text x="12" y="17.5" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="15" fill="#2a1c05">${count > 9 ? '9+' : count}</text></svg>`,
  )}`

/** A word in one of my conversations ticks only while no tab of ours is looked at. */
line.on('topic', ({ topic }) => {
  if (topic.startsWith('work:') && document.hidden && Date.now() - Number(kept.get('seen') ?? 0) > 2500)
    ring('message', topic, 0.15)
})

document.addEventListener('ring', ({ detail }) => {
  if (detail.how !== 'asleep' || detail.kind === 'message') return
  asleep = true
  showAsleep()
})
document.addEventListener('sound-on', () => {
  asleep = false
  setTimeout(showAsleep, PRESS_MILLISECONDS)
})

/** Said in the bar, where it lies on nothing and nothing moves under a hand: it goes when the press that woke it is over. */
function showAsleep() {
  const said = document.getElementById('sound-state')
  if (said) said.hidden = !asleep
}

const silent = document.querySelector('button[data-silent]')
if (silent) {
  const shown = () => silent.setAttribute('aria-pressed', String(isSilent()))
  silent.hidden = false
  silent.addEventListener('click', () => {
    setSilent(!isSilent())
    shown()
    look()
  })
  shown()
}

setInterval(() => {
  if (!document.hidden) kept.set('seen', String(Date.now()))
  look()
}, 1000)
document.addEventListener('htmx:after:swap', look)
look()
