import type { ImapFlow } from 'imapflow'

/** A letter as it lies in the mailbox. Its place is the same for ever, until the mailbox says another validity. */
export type Arrived = {
  readonly uidValidity: string
  readonly uid: number
  readonly bytes: number
  readonly at: Date
  /** The letter, or its beginning where it is bigger than `wholeBytes`. */
  readonly raw: Buffer
  readonly whole: boolean
}

/** Set where letters stay in their folder. */
export const MARK = '$Nightdesk'
const HEAD_BYTES = 1_000_000

/** `desk@mail.example.com/INBOX`: what a mailbox is called, without its password. */
export function mailboxName(url: string): string {
  const { username, host } = new URL(url)
  return `${decodeURIComponent(username)}@${host}/${pathIn(url)}`
}

const CONNECT_MILLISECONDS = 10_000
const SILENCE_MILLISECONDS = 120_000

/** Not open yet. */
export async function connectionTo(url: string): Promise<ImapFlow> {
  const { ImapFlow } = await import('imapflow')
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'imaps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  return new ImapFlow({
    host,
    port: Number(port) || (secure ? 993 : 143),
    secure,
    // A password goes in the clear to this very machine only.
    ...(secure || isHere(host) ? {} : { doSTARTTLS: true }),
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_MILLISECONDS,
    greetingTimeout: CONNECT_MILLISECONDS,
    socketTimeout: SILENCE_MILLISECONDS,
  })
}

const isHere = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
export const pathIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'INBOX'

/** Undefined where somebody has taken it away in the meantime. */
export async function fetchLetter(
  client: ImapFlow,
  uid: number,
  { uidValidity, wholeBytes }: { uidValidity: string; wholeBytes: number },
): Promise<Arrived | undefined> {
  const seen = await client.fetchOne(String(uid), { uid: true, size: true, internalDate: true }, { uid: true })
  if (!seen || seen.size === undefined) return undefined
  const whole = seen.size <= wholeBytes
  const source = whole ? true : { start: 0, maxLength: HEAD_BYTES }
  const got = await client.fetchOne(String(uid), { uid: true, source }, { uid: true })
  const raw = got ? got.source : undefined
  if (!raw) return undefined
  const at = new Date(seen.internalDate ?? 0)
  return { uidValidity, uid, bytes: seen.size, at, raw, whole }
}

/** Out of the way: into a folder, made where it is missing, or marked where there is none. */
export async function putAway(client: ImapFlow, uid: number, folder: string): Promise<void> {
  const marked = (): Promise<boolean> => client.messageFlagsAdd(String(uid), [MARK, '\\Seen'], { uid: true })
  if (!folder) return void (await marked())
  if (await client.messageMove(String(uid), folder, { uid: true })) return
  await client.mailboxCreate(folder)
  if (!(await client.messageMove(String(uid), folder, { uid: true }))) await marked()
}

/** Resolves when something is new, or the line is gone. */
export function newsOf(client: ImapFlow): { next: () => Promise<void> } {
  let tell: () => void = () => undefined
  let isNew = false
  const heard = (): void => {
    isNew = true
    tell()
  }
  client.on('exists', heard)
  client.on('close', heard)
  // Whoever waits for an answer is told by that; unheard this would end the program.
  client.on('error', heard)
  return {
    next: () =>
      new Promise((resolve) => {
        tell = resolve
        if (isNew) resolve()
        isNew = false
      }),
  }
}

export async function hangUp(client: ImapFlow): Promise<void> {
  if (client.usable) await Promise.race([client.logout().catch(() => undefined), sleep(1000)])
  client.close()
}

/** Ends early with the signal. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const timer = setTimeout(done, milliseconds)
    timer.unref()
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done)
  })
}
