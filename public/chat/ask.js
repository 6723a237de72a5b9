/** The form of a new question: kept while it is written, asked once, and refused where it stands. */
import { draftOf, keepDraft, keepToken, newId, visitorToken } from './store.js'

/**
 * @param about `{ page, channel }` where it is asked
 * @param opened is told the ticket and the address of its page
 * @param goesOn is told the ticket that is open already, and what was written
 */
export function askForm(form, { say, why, language }, { api, about, opened, goesOn, banned, readIn }) {
  const { elements } = form

  async function ask(event) {
    event.preventDefault()
    const fields = new FormData(form)
    for (const error of form.querySelectorAll('[data-error]')) error.hidden = true
    for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
    if (event.submitter?.name === 'urgent') fields.set('urgent', 'yes')
    else if (!fields.get('terms')) return refuse('terms', say('terms_needed'))
    const button = form.querySelector('button[data-kind="key"]')
    button.disabled = true
    const outcome = await send(fields)
    button.disabled = false
    if (outcome) refuse(outcome.field, outcome.message)
  }

  /** Undefined where it went well, else where and why not. The same id goes with each try, so that twice is once. */
  async function send(fields) {
    const chosen = fields.get('language')
    if (!visitorToken()) {
      const made = await api('POST', '/visitors', { language: chosen })
      if (made.status !== 201) return { field: 'form', message: why(made.status, made.body) }
      keepToken(made.body.token)
    }
    const { status, body } = await api('POST', '/tickets', {
      clientId: fields.get('clientId'),
      termsVersion: Number(fields.get('termsVersion')),
      language: chosen,
      name: fields.get('name'),
      contact: fields.get('contact'),
      topicId: fields.get('topic') || null,
      question: fields.get('question'),
      page: about.page(),
      channel: about.channel,
      urgent: fields.has('urgent') || undefined,
    })
    if (status === 200 || status === 201) {
      elements.clientId.value = newId()
      elements.question.value = ''
      keepDraft('question', '')
      if (chosen !== language) return readIn(chosen)
      await opened(body.ticket.id, body.requestUrl)
      return undefined
    }
    if (status === 401) {
      keepToken(null)
      return send(fields)
    }
    const { code, ticketId, field } = body?.error ?? {}
    if (code === 'chat_open' && ticketId) {
      await goesOn(ticketId, String(fields.get('question')))
      return undefined
    }
    // Under an id that stands for other words nothing would ever go out.
    if (code === 'client_id_reused') elements.clientId.value = newId()
    if (code === 'terms_changed') await showNewTerms()
    if (code === 'abuse.banned') await banned()
    return { field: code === 'terms_changed' ? 'terms' : field, message: why(status, body) }
  }

  async function showNewTerms() {
    elements.terms.checked = false
    const { status, body } = await api('GET', '/desk')
    if (status !== 200) return
    elements.termsVersion.value = body.termsVersion
    const version = form.querySelector('[data-terms-version]')
    version.textContent = version.textContent.replace(/\d+/, body.termsVersion)
  }

  function refuse(field, message) {
    const error = form.querySelector(`[data-error="${field ?? 'form'}"]`) ?? form.querySelector('[data-error="form"]')
    error.textContent = message
    error.hidden = false
    const input = elements[field]
    input?.setAttribute?.('aria-invalid', 'true')
    if (input?.focus) input.focus()
    else error.scrollIntoView({ block: 'nearest' })
  }

  return {
    refuse,
    listen: () => {
      const { question } = elements
      if (!question.value) question.value = draftOf('question')
      question.addEventListener('input', () => keepDraft('question', question.value))
      form.addEventListener('submit', ask)
    },
  }
}
