import { unhide } from './shell/house.js'

/** Lets this browser be pushed to: asks for the right, subscribes with the key of this house, and sends what it got. */
const panel = document.getElementById('push')
const wrong = document.getElementById('push-wrong')
const form = document.getElementById('push-form')
const worker = window.trustedTypes
  ? trustedTypes.createPolicy('nightdesk-worker', { createScriptURL: (url) => (url === '/sw.js' ? url : '') })
  : undefined

/** @param {'denied' | 'failed' | 'none'} why */
function say(why) {
  wrong.textContent = wrong.dataset[why]
  wrong.hidden = false
}

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))

document.getElementById('push-on')?.addEventListener('click', async ({ currentTarget }) => {
  wrong.hidden = true
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return say('none')
  currentTarget.disabled = true
  try {
    if ((await Notification.requestPermission()) !== 'granted') return say('denied')
    await navigator.serviceWorker.register(worker ? worker.createScriptURL('/sw.js') : '/sw.js')
    const { pushManager } = await navigator.serviceWorker.ready
    const key = { userVisibleOnly: true, applicationServerKey: bytesOf(panel.dataset.key) }
    const subscription = (await pushManager.getSubscription()) ?? (await pushManager.subscribe(key))
    const { endpoint, keys } = subscription.toJSON()
    form.elements.endpoint.value = endpoint
    form.elements.p256dh.value = keys.p256dh
    form.elements.auth.value = keys.auth
    form.submit()
  } catch {
    say('failed')
  } finally {
    currentTarget.disabled = false
  }
})
unhide(document)
