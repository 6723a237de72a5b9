import type { StaffId } from '../../server/kernel/ids.ts'
import { formToken, hashOf, newToken } from '../../server/platform/tokens.ts'
import type { QuietHouse } from './server.ts'

type Fields = Readonly<Record<string, string | number | readonly string[]>>
type How = { htmx?: boolean; headers?: Record<string, string> }

/** A colleague at a browser without a script, or with htmx where `htmx` says so. */
export type Browser = {
  readonly cookie: string
  readonly token: string
  readonly get: (path: string, how?: How) => Promise<Page>
  /** Posts a form as the page would; `token: ''` leaves the form token out. */
  readonly post: (path: string, fields?: Fields, how?: How & { token?: string }) => Promise<Page>
  /** A form with files. */
  readonly upload: (path: string, fields: Fields, files: Readonly<Record<string, File>>) => Promise<Page>
}
export type Page = { status: number; location: string | null; headers: Headers; html: string }

/** Signed in, with a session of their own. */
export async function signedIn(house: QuietHouse, staffId: StaffId, language = 'zh-CN'): Promise<Browser> {
  const session = newToken()
  const now = house.deps.clock.now()
  await house.deps.db
    .insertInto('sessions')
    .values({
      token_hash: hashOf(session),
      staff_id: staffId,
      opened_at: now,
      seen_at: now,
      expires_at: new Date(now.getTime() + 12 * 3_600_000),
      ended_at: null,
      address: null,
      browser: null,
    })
    .execute()
  const cookie = `nightdesk=${session}; nightdesk-language=${language}`
  const token = formToken(house.deps.secret, session)
  const ask = async (path: string, init: RequestInit, { htmx, headers }: How = {}): Promise<Page> => {
    const answer = await house.app.request(path, {
      ...init,
      headers: {
        cookie,
        'sec-fetch-site': 'same-origin',
        ...(htmx ? { 'hx-request': 'true' } : {}),
        ...headers,
        ...(init.headers as Record<string, string> | undefined),
      },
    })
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      headers: answer.headers,
      html: await answer.text(),
    }
  }
  return {
    cookie,
    token,
    get: (path, how) => ask(path, {}, how),
    post: (path, fields = {}, { token: sent = token, ...how } = {}) => {
      const body = new URLSearchParams(sent ? { _token: sent } : {})
      for (const [name, value] of Object.entries(fields))
        for (const one of [value].flat()) body.append(name, String(one))
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      return ask(path, { method: 'POST', body: body.toString(), headers }, how)
    },
    upload: (path, fields, files) => {
      const body = new FormData()
      body.append('_token', token)
      for (const [name, value] of Object.entries(fields))
        for (const one of [value].flat()) body.append(name, String(one))
      for (const [name, file] of Object.entries(files)) body.append(name, file)
      return ask(path, { method: 'POST', body })
    },
  }
}

/** A page without what is new in every answer, to compare two byte for byte. */
export const bytes = ({ html }: Page): string =>
  html.replaceAll(/[\w-]{12,}/g, '·').replaceAll(/(desk|tickets)\/\d+/g, '$1/·')

/** The value of a hidden field. */
export const hidden = ({ html }: Page, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
