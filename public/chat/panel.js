/** What stands around a conversation and follows its state: place and wait, promise, end, rating, who has it, the box to write in. */
import { drawer, element } from './draw.js'
import { listenForFiles } from './files.js'
import { draftOf, keepDraft } from './store.js'
import { faceOf, hueOf } from './words.js'

const title = document.title

/** Counts what came while nobody looked, in the title and for whoever frames this page. */
export function unreadCounter(tell = () => {}) {
  let count = 0
  const show = () => {
    document.title = count > 0 ? `(${count}) ${title}` : title
    tell(count)
  }
  return {
    add: () => {
      count++
      show()
    },
    clear: () => {
      if (count === 0) return
      count = 0
      show()
    },
  }
}

export function panel(root, words, { conversation, unread, seen, appeal }) {
  const { say, moment, nameOf, find, why } = words
  const all = (selector) => root.querySelectorAll(selector)
  const one = (selector) => root.querySelector(selector)
  const set = (selector, text) => {
    for (const element of all(selector)) element.textContent = text
  }
  const toggle = (selector, on) => {
    for (const element of all(selector)) element.hidden = !on
  }
  /** Of the words of the house the last that was read or counted. */
  let known = 0
  let lineIs = 'up'
  let fileOf
  const talk = drawer(one('[data-talk]'), words, {
    again: (id) => conversation().again(id),
    discard: (id) => conversation().discard(id),
    file: (seq) => fileOf(seq),
  })

  let told = null
  const notice = (now) => {
    if (!now && !told && !one('[data-notice]')) return
    told = now
    import('./notice.js').then(({ draw }) => draw(root, told, { send: appeal, why, again: notice }))
  }

  function ticket(now) {
    notice(now.notice)
    root.dataset.state = now.state
    for (const element of all('[data-when]')) {
      const states = element.dataset.when.split(' ')
      element.hidden = !(
        states.includes(now.state) ||
        (states.includes('promised') && now.promisedAt && now.state === 'open')
      )
    }
    if (now.place) {
      set('[data-place]', String(now.place))
      set('[data-place-words]', say('place', { count: now.place }))
      set('[data-wait-words]', now.expectedWait ? say('wait', { count: now.expectedWait }) : say('wait_unknown'))
    }
    if (now.promisedAt) set('[data-promise-words]', say('promised', { time: moment(now.promisedAt) }))
    toggle('[data-promise]', Boolean(now.promisedAt))
    set('[data-solved-words]', now.confirmed ? say('solved_thanks') : say('solved'))
    toggle('[data-hide-when-confirmed]', !now.confirmed)
    const asked = now.rating?.state === 'asked'
    toggle('[data-rate]', asked)
    toggle('[data-rate-panel]', asked)
    toggle('[data-thanks]', now.rating?.state === 'given')
    for (const box of all('.chat-box')) box.hidden = now.state === 'closed'
    if (now.with) {
      set('[data-who]', nameOf(now.with))
      set('[data-who-more]', say('with_you'))
      set('[data-with]', nameOf(now.with))
      showFace(now.with)
    } else if (now.state === 'resolved' || now.state === 'closed' || !one('[data-faces]')) {
      // Nobody was awake when the page was drawn: who is since then, the state tells.
      set('[data-who-more]', now.stateWords)
    }
    set('[data-state-words]', now.stateWords)
    const heading = find(`states.${now.state}`)
    if (heading) set('[data-title]', heading)
    if (now.complained) for (const button of all('[data-press="complaint"]')) button.hidden = true
  }

  /** Of those who are awake the one who has it stays. */
  function showFace(person) {
    const faces = one('[data-faces]')
    if (!faces) return
    const letters = faceOf(nameOf(person))
    const hue = hueOf(person.staffId)
    const theirs =
      [...faces.children].find((face) => face.textContent === letters && face.dataset.hue === hue) ??
      element('span', { class: 'face', 'data-hue': hue, 'data-size': 'l', 'aria-hidden': 'true' }, letters)
    if (faces.children.length !== 1 || faces.firstChild !== theirs) faces.replaceChildren(theirs)
  }

  return {
    ticket,
    notice,
    talk: (messages, unsent) => {
      const fresh = messages.filter(({ author, seq }) => author === 'staff' && seq > known)
      if (!(document.visibilityState === 'visible' && seen())) for (const _ of fresh) unread.add()
      known = Math.max(known, ...messages.map(({ seq }) => seq), 0)
      talk.talk(messages, unsent)
    },
    marks: talk.marks,
    /** Up to here this side had read before the page was opened: only what is later counts as unread. */
    readBefore: (seq) => {
      known = Math.max(known, seq)
    },
    /** @param of gives the address of the file with a number */
    files: (of) => {
      fileOf = of
    },
    typing: (who) => {
      toggle('[data-typing]', Boolean(who))
      if (who) set('[data-typing-words]', say('typing', { name: nameOf(who) }))
    },
    /** `up`, `slow` where only HTTP gets through, or `down`. */
    line: (how) => {
      if (how === lineIs) return
      lineIs = how
      toggle('[data-offline]', how !== 'up')
      if (how !== 'up') set('[data-offline-words]', say(how === 'down' ? 'offline' : 'slow'))
    },
    why,
    tooLarge: () => say('file_large'),
    seen,
  }
}

/** The box: Enter sends, Shift+Enter breaks the line; what was typed survives a reload. */
export function box(form, { place, send, typing, attach }) {
  const area = form.querySelector('textarea')
  if (!area.value) area.value = draftOf(place)
  area.addEventListener('input', () => {
    keepDraft(place, area.value)
    if (area.value.trim()) typing()
  })
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
  if (attach) listenForFiles(form, form.closest('[data-files]') ?? form, attach)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const body = area.value
    if (body.trim() === '') return area.focus()
    area.value = ''
    keepDraft(place, '')
    send(body)
    area.focus()
  })
}

/** Stars, reasons and words, sent once; refused with the reason. */
export function rating(form, words, { give }) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const fields = new FormData(form)
    const product = fields.get('product')
    const answer = await give({
      service: Number(fields.get('service')),
      product: product ? Number(product) : null,
      reasons: fields.getAll('reasons'),
      comment: String(fields.get('comment') ?? ''),
    })
    const error = form.querySelector('[data-error="rating"]')
    const ok = answer.status === 200
    error.hidden = ok
    if (!ok) error.textContent = words.why(answer.status, answer.body)
  })
}
