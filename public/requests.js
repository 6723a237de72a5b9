/** "My request": what the chat in this browser has asked, beside what its forms have. */
import { call } from './chat/api.js'
import { element } from './chat/draw.js'
import { visitorToken } from './chat/store.js'

const { language } = document.querySelector('[data-language]').dataset
const token = visitorToken()
const { status, body } = token ? await call('GET', '/tickets', { token, language }) : { status: 0, body: null }
if (status === 200) {
  const list = document.querySelector('[data-mine]')
  for (const ticket of body.tickets) {
    const row = element(
      'button',
      { class: 'row', type: 'button' },
      element('span', { class: 'who cut' }, ticket.subject),
      element('span', { class: 'end num' }, ticket.number),
    )
    row.addEventListener('click', async () => {
      const made = await call('POST', `/tickets/${ticket.id}/links`, { token, language, body: {} })
      if (made.status === 201) location.assign(new URL(made.body.requestUrl).pathname)
    })
    list.append(element('li', {}, row))
  }
  const any = list.children.length > 0
  list.hidden = !any
  document.querySelector('[data-none]').hidden = any
}
