/** Who is on post, and what is promised where nobody is, as it is now: the help page may stand open for hours before somebody asks. */
const EVERY_MILLISECONDS = 60_000
const AT_MOST_EVERY_MILLISECONDS = 2000

/** @param isWanted whether anybody reads it: whoever talks has the state of their conversation */
export function keepHello(hello, isWanted) {
  let looked = performance.now()
  setInterval(look, EVERY_MILLISECONDS)
  document.addEventListener('visibilitychange', look)

  function look() {
    if (document.visibilityState !== 'visible' || !isWanted()) return
    if (performance.now() - looked < AT_MOST_EVERY_MILLISECONDS) return
    looked = performance.now()
    // The one way to read a page that runs none of it and that our policy lets in. Who cannot be asked is asked again in a minute.
    const asked = new XMLHttpRequest()
    asked.open('GET', location.pathname)
    asked.responseType = 'document'
    asked.onload = () => {
      const fresh = asked.response?.querySelector('.hello')
      if (fresh && fresh.innerHTML !== hello.innerHTML) hello.replaceChildren(...fresh.childNodes)
    }
    asked.send()
  }
}
