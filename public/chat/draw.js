/** Draws a conversation, in place: what stands there keeps standing, so that nothing jumps and nothing is read twice. */
import { fitted, sizeOf } from './files.js'
import { faceOf, hueOf } from './words.js'

const SVG = 'http://www.w3.org/2000/svg'

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', 'i')
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS(SVG, 'use')
  use.setAttribute('href', `/chat/icons.svg#i-${name}`)
  svg.append(use)
  return svg
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value)
  made.append(...children)
  return made
}

export function drawer(log, words, { again, discard, file }) {
  const { say, find, time, day, moment, nameOf, language } = words
  let marks = { delivered: 0, read: 0 }
  let shown = []
  const nodes = new Map()

  const house = ({ code, details = {}, at }) => {
    const text = find(`house.${code}`)
    if (!text) return null
    const values = { ...details, at: details.at ? moment(details.at) : '' }
    return element('p', { class: 'said' }, `${fillIn(text, values)} · ${time(at)}`)
  }
  const fillIn = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name] ?? ''))

  function person(message, first) {
    const ours = message.author === 'customer'
    const box = element('div', { class: 'msg', ...(ours ? { 'data-ours': '' } : {}) })
    if (!ours) {
      const name = nameOf(message)
      box.append(
        element('span', { class: 'face', 'data-hue': hueOf(message.staffId), 'aria-hidden': 'true' }, faceOf(name)),
      )
      if (first) box.append(element('p', { class: 'by' }, name))
    }
    box.append(
      message.code === 'file' ? kept(message) : bubbleOf(message.body),
      element('p', { class: 'after' }, time(message.at)),
    )
    return box
  }

  const bubbleOf = (body) => element('p', { class: 'bubble', dir: 'auto' }, body)

  /** A picture shows itself, in the room that its measures need; anything else is fetched when somebody wants it. */
  function kept({ seq, body, details: { type, bytes, width, height } }) {
    const link = element('a', { class: 'bubble file', download: body, href: '' })
    if (width) {
      const picture = element('img', { alt: body, ...fitted({ width, height }) })
      link.append(picture)
      file(seq).then((url) => url && Object.assign(picture, { src: url }) && Object.assign(link, { href: url }))
    } else {
      const about = element(
        'small',
        {},
        [type === 'application/pdf' ? 'PDF' : '', sizeOf(bytes, language)].join(' ').trim(),
      )
      link.append(icon('file-text'), element('span', { dir: 'auto' }, body), about)
    }
    link.addEventListener('click', async (event) => {
      if (link.href.startsWith('blob:')) return
      event.preventDefault()
      const url = await file(seq)
      if (!url) return
      link.href = url
      link.click()
    })
    return link
  }

  function link(word, act) {
    const button = element('button', { type: 'button', class: 'link' }, say(word))
    button.addEventListener('click', act)
    return button
  }

  function pending(one) {
    const box = element('div', { class: 'msg', 'data-ours': '', ...(one.failed ? { 'data-unsent': '' } : {}) })
    const bubble = one.file
      ? element('p', { class: 'bubble file', dir: 'auto' }, icon('paperclip'), one.body)
      : bubbleOf(one.body)
    const after = element('p', { class: 'after' })
    box.append(bubble, after)
    const late = Date.now() - new Date(one.at).getTime() > 2500
    if (one.failed) {
      after.append(icon('circle-alert'), element('span', {}, String(one.failed)))
      after.append(
        link('try_again', () => again(one.clientId)),
        link('discard', () => discard(one.clientId)),
      )
    } else if (one.held) after.append(icon('clock'), say('held'))
    else if (late) {
      box.setAttribute('data-unsent', '')
      after.append(icon('wifi-off'), say('not_sent'))
    } else after.append(say('sending'))
    return box
  }

  /** The keyed list as it should stand now. */
  function items(messages, unsent) {
    const list = []
    let before = null
    for (const message of messages) {
      if (!before || day(before.at) !== day(message.at))
        list.push({ key: `day-${message.seq}`, make: () => element('p', { class: 'said' }, day(message.at)) })
      const first = !before || before.author !== message.author || before.staffId !== message.staffId
      const make = () => (message.author === 'house' ? house(message) : person(message, first))
      list.push({ key: `seq-${message.seq}`, make })
      before = message
    }
    for (const one of unsent)
      list.push({ key: `out-${one.clientId}-${one.failed}-${one.held}-${stage(one)}`, make: () => pending(one) })
    return list
  }
  const stage = (one) => (Date.now() - new Date(one.at).getTime() > 2500 ? 'late' : 'fresh')

  function show() {
    const [messages, unsent] = shown
    const list = items(messages, unsent)
    const wanted = new Set(list.map(({ key }) => key))
    for (const [key, node] of nodes)
      if (!wanted.has(key)) {
        node?.remove()
        nodes.delete(key)
      }
    let at = null
    for (const { key, make } of list) {
      if (!nodes.has(key)) nodes.set(key, make())
      const node = nodes.get(key)
      if (!node) continue
      const next = at ? at.nextSibling : log.firstChild
      if (node !== next) log.insertBefore(node, next)
      at = node
    }
    for (const [n, message] of messages.entries())
      nodes.get(`seq-${message.seq}`)?.toggleAttribute('data-follows', isOneRun(message, messages[n + 1]))
    drawMark(messages)
  }
  /** One person's words that come at once stand together, with one face and one time under the last. */
  const isOneRun = (one, next) =>
    one.author !== 'house' &&
    one.author === next?.author &&
    one.staffId === next.staffId &&
    new Date(next.at) - new Date(one.at) < 180_000

  /** The mark stands at the customer's last word only. */
  function drawMark(messages) {
    for (const old of log.querySelectorAll('[data-mark]')) old.remove()
    const last = messages.findLast(({ author }) => author === 'customer')
    const node = last && nodes.get(`seq-${last.seq}`)
    if (!node) return
    const state = marks.read >= last.seq ? 'read' : marks.delivered >= last.seq ? 'delivered' : 'sent'
    const shownMark = element(
      'span',
      { 'data-mark': state },
      icon(state === 'sent' ? 'check' : 'check-check'),
      say(`mark.${state}`),
    )
    node.querySelector('.after')?.append(shownMark)
  }

  return {
    talk: (messages, unsent) => {
      shown = [messages, unsent]
      show()
      if (unsent.some((one) => stage(one) === 'fresh')) setTimeout(show, 2700)
    },
    marks: ({ staff }) => {
      if (!staff) return
      marks = { delivered: Math.max(marks.delivered, staff.delivered), read: Math.max(marks.read, staff.read) }
      if (shown[0]) drawMark(shown[0])
    },
  }
}
