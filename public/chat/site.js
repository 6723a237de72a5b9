/** The site around the frame: it says when the frame is open, and is told what is new. Only an allowed site is listened to. */
export function siteAround(root) {
  const { site } = root.dataset
  const tell = (message) => {
    if (site) parent.postMessage({ nightdesk: message }, site)
  }
  return {
    tell,
    /** @param opened is told whether the frame is open */
    listen: (opened) => {
      addEventListener('message', ({ origin, data }) => {
        if (origin !== site || !data || typeof data.nightdesk !== 'object') return
        opened(data.nightdesk.open === true)
      })
      const close = () => tell({ close: true })
      root.querySelector('[data-close]').addEventListener('click', close)
      addEventListener('keydown', ({ key }) => {
        if (key === 'Escape') close()
      })
      tell({ ready: true, awake: root.dataset.awake === 'true' })
    },
  }
}
