/** Pushes while no page is open: a sentence about a kind of thing and where to read it, never anything of a customer. */
addEventListener('push', (event) => {
  const { text = 'Nightdesk', path = '/reminders', page = '', duty = false } = event.data?.json() ?? {}
  event.waitUntil(
    registration.showNotification('Nightdesk', {
      body: text,
      tag: page || path,
      renotify: true,
      requireInteraction: duty,
      icon: '/favicon.svg',
      data: { path },
    }),
  )
})

addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { path } = event.notification.data ?? {}
  const to = /^\/notices\/\d+$/.test(path) ? path : '/reminders'
  event.waitUntil(
    clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
      const [open] = windows
      return open ? open.focus().then(() => open.navigate(to)) : clients.openWindow(to)
    }),
  )
})
