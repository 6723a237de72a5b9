/**
 * One script tag on any allowed site: `<script src="https://your.host/widget.js" async></script>`. Draws a button, and the
 * chat in a frame once it is pressed. `data-language` zh-CN or en, `data-theme` dark, light or auto are optional.
 */
;(() => {
  const script = document.currentScript
  // Filled in by the house as it serves this script (server/chat/widget/routes.ts).
  const facts = __FACTS__
  if (!script || window.nightdeskWidget) {
    window.nightdeskWidget?.(facts.awake)
    return
  }
  window.nightdeskWidget = light
  const house = new URL(script.src).origin
  const given = script.dataset.language || document.documentElement.lang || navigator.language
  const language = /^zh/i.test(given) ? 'zh-CN' : 'en'
  const words = facts.words[language]
  const ANSWERS_WITHIN_MILLISECONDS = 3000
  let frame
  let open = false
  let answered = false

  const host = document.createElement('div')
  const shadow = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`
    :host { all: initial; position: fixed; right: 24px; bottom: 24px; z-index: 2147483000; display: grid; justify-items: end; gap: 12px;
      font: 15px/1.5 -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
    button { all: unset; box-sizing: border-box; position: relative; display: inline-flex; align-items: center; gap: 8px; height: 56px; min-width: 56px;
      justify-content: center; padding: 0 18px; border-radius: 28px; background: #141a26; color: #f4f6fa; cursor: pointer; box-shadow: 0 8px 28px #0005; }
    button, p { font: 15px/1.5 -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", sans-serif; letter-spacing: normal; text-transform: none; }
    p { margin: 0; width: 300px; max-width: calc(100vw - 32px); box-sizing: border-box; padding: 16px; border-radius: 18px; background: #141a26; color: #f4f6fa; box-shadow: 0 18px 60px #0006; }
    p a { display: block; margin-top: 8px; color: #a9c7ff; }
    button:hover { background: #1f2838; }
    button:focus-visible { outline: 3px solid #7aa7ff; outline-offset: 2px; }
    svg { width: 22px; height: 22px; }
    .pane { fill: #4a5468; } .lit { fill: #f5b53f; } path { display: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
    :host([data-open]) button { padding: 0; } :host([data-open]) span, :host([data-open]) rect { display: none; } :host([data-open]) path { display: inline; }
    b { position: absolute; top: -4px; right: -2px; min-width: 22px; height: 22px; padding: 0 6px; box-sizing: border-box; border-radius: 11px;
      background: #f5b53f; color: #231703; font: 600 13px/22px sans-serif; text-align: center; }
    iframe { width: 384px; height: min(640px, calc(100vh - 128px)); border: 0; border-radius: 18px; background: #141a26; color-scheme: normal; box-shadow: 0 18px 60px #0006; }
    [hidden] { display: none !important; }
    @media (max-width: 640px) {
      :host { right: 16px; bottom: 16px; }
      :host([data-open]:not([data-shut])) { inset: 0; display: block; }
      :host([data-open]) iframe { width: 100%; height: 100%; border-radius: 0; }
      :host([data-open]:not([data-shut])) button { display: none; }
    }`)
  shadow.adoptedStyleSheets = [sheet]

  const button = document.createElement('button')
  button.type = 'button'
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const panes = []
  for (const [x, y] of [
    [2, 2],
    [13, 2],
    [2, 13],
    [13, 13],
  ]) {
    const pane = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
    for (const [name, value] of Object.entries({ x, y, width: 9, height: 9, rx: 2, class: 'pane' }))
      pane.setAttribute(name, value)
    svg.append(pane)
    panes.push(pane)
  }
  const down = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  down.setAttribute('d', 'm6 9 6 6 6-6')
  svg.append(down)
  const label = document.createElement('span')
  const badge = document.createElement('b')
  badge.hidden = true
  button.append(svg, label, badge)
  shadow.append(button)

  /** The lamp is lit while somebody is on post, and only then. */
  function light(awake) {
    facts.awake = awake
    panes[3].setAttribute('class', awake ? 'lit' : 'pane')
    label.textContent = awake ? words.ask : words.leave
    name()
  }
  const name = () =>
    button.setAttribute(
      'aria-label',
      `${label.textContent} · ${open ? words.close : words.open} · ${facts.awake ? words.awake : words.asleep}`,
    )
  async function look() {
    if (document.hidden || open) return
    try {
      const answer = await fetch(`${house}/api/v1/desk`, {
        credentials: 'omit',
        headers: { 'accept-language': language },
      })
      light((await answer.json()).open === true)
    } catch {
      lookByScript()
    }
  }
  /** A page whose policy lets scripts in but no fetch out: this script comes once more and says how it stands. */
  function lookByScript() {
    const again = document.createElement('script')
    again.onload = () => again.remove()
    again.onerror = () => {
      again.remove()
      // Who cannot be asked is not known to be awake.
      light(false)
    }
    again.src = script.src
    document.head.append(again)
  }
  setInterval(look, 60_000)

  const tell = () => frame?.contentWindow?.postMessage({ nightdesk: { open } }, house)
  function show(on) {
    open = on
    if (on && !frame) {
      frame = document.createElement('iframe')
      const asked = new URLSearchParams({ language, page: location.href.slice(0, 2000), site: location.origin })
      if (script.dataset.theme) asked.set('theme', script.dataset.theme)
      frame.src = `${house}/widget?${asked}`
      frame.title = words.frame
      frame.addEventListener('load', () => setTimeout(sayShutOut, ANSWERS_WITHIN_MILLISECONDS))
      shadow.prepend(frame)
    }
    if (frame) frame.hidden = !on
    host.toggleAttribute('data-open', on)
    button.setAttribute('aria-expanded', String(on))
    name()
    if (on) badge.hidden = true
    tell()
    if (!on) button.focus()
  }
  /** A browser shows nothing in a frame that may not be there, and tells nobody: whoever asked is led to a page of ours. */
  function sayShutOut() {
    if (answered || !frame) return
    console.warn(`Nightdesk: ${location.origin} is not among the allowed sites.`)
    frame.remove()
    frame = document.createElement('p')
    frame.role = 'status'
    frame.hidden = !open
    const link = document.createElement('a')
    link.href = `${house}/`
    link.target = '_blank'
    link.rel = 'noopener'
    link.textContent = words.apart
    frame.append(words.shut, link)
    host.toggleAttribute('data-shut', true)
    shadow.prepend(frame)
  }
  button.addEventListener('click', () => show(!open))
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && open) show(false)
  })
  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== house || source !== frame?.contentWindow || !data || typeof data.nightdesk !== 'object') return
    const { unread, close, ready, awake } = data.nightdesk
    answered = true
    if (ready) tell()
    if (close) show(false)
    if (typeof awake === 'boolean') light(awake)
    if (Number.isInteger(unread)) {
      badge.textContent = unread > 99 ? '99+' : String(unread)
      badge.hidden = unread === 0 || open
    }
  })
  button.setAttribute('aria-expanded', 'false')
  light(facts.awake)
  document.body.append(host)
})()
