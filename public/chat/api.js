/** Ten megabytes over a poor line. */
const FILE_WITHIN = 180_000

/** One call of the customer's protocol (server/chat/protocol.md). `status` 0: the line is down. */
export async function call(method, path, { token, language, body } = {}) {
  const isForm = body instanceof FormData
  try {
    const answer = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'omit',
      headers: {
        'accept-language': language,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(isForm ? FILE_WITHIN : 10_000),
    })
    return { status: answer.status, body: await answer.json().catch(() => null) }
  } catch {
    return { status: 0, body: null }
  }
}

/** Worth another try: the line, a pause that was asked for, or a fault of the house. */
export const isPassing = (status) => status === 0 || status === 429 || status >= 500
