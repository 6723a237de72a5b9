import { formToken, newToken } from '../../server/platform/tokens.ts'
import { currentTerms } from '../../server/policies/queries.ts'
import type { QuietHouse } from './server.ts'

/** The help page of a house, as somebody without JavaScript uses it; `question` is what its form sends. */
export function helpPage(house: () => QuietHouse) {
  /** A browser without JavaScript. */
  const browser = (language = 'en') => {
    const pre = newToken()
    const headers = { cookie: `nightdesk-pre=${pre}`, 'accept-language': language, origin: 'http://127.0.0.1:3000' }
    const get = async (path: string) => {
      const answer = await house().app.request(path, { headers })
      return { status: answer.status, text: await answer.text(), headers: answer.headers }
    }
    const post = async (path: string, fields: Record<string, string>) => {
      const body = new URLSearchParams({ ...fields, _token: formToken(house().deps.secret, pre) })
      const answer = await house().app.request(path, { method: 'POST', headers, body })
      return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') ?? '' }
    }
    return { get, post }
  }
  const question = async (words: Record<string, string> = {}) => ({
    clientId: crypto.randomUUID(),
    termsVersion: String((await currentTerms(house().deps.db)).version),
    terms: 'accepted',
    language: 'en',
    name: 'Su Qing',
    contact: '+86 138 0013 8000',
    topic: '',
    question: 'The line has been down since midnight.',
    ...words,
  })
  return { browser, question }
}
