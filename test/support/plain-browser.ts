/** A browser without scripts: keeps cookies, reads the token of the page, posts forms. */
export function plainBrowser(url: string) {
  const cookies = new Map<string, string>()
  const cookie = (): string => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  let token = ''
  const open = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(url + path, {
      redirect: 'manual',
      ...init,
      headers: { cookie: cookie(), ...init.headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    return answer
  }
  const read = async (path: string): Promise<string> => {
    const html = await (await open(path)).text()
    token = /name="_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
    return html
  }
  const post = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    open(path, {
      method: 'POST',
      headers: { origin: url, ...headers },
      body: new URLSearchParams({ ...fields, _token: token }),
    })
  return { read, post, cookie }
}
