import { ImapFlow } from 'imapflow'
import type { Log } from './log.ts'

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

/** What the house does with a mailbox. */
export type Reading = {
  /** Whether this process reads it now; asked before each round and each letter. */
  readonly mayRead: () => Promise<boolean>
  /** Which of these are settled already: they only want to be put away. */
  readonly settled: (uidValidity: string, uids: readonly number[]) => Promise<ReadonlySet<number>>
  /** Before a letter is taken: how often that was begun by processes that did not come back, with this time. */
  readonly begin: (uidValidity: string, uid: number) => Promise<number>
  /** It came to an end, whichever. */
  readonly end: () => Promise<void>
  /** Settles one letter for good. What it throws leaves the letter where it is, for the next round. */
  readonly take: (letter: Arrived) => Promise<void>
  /** The same for a letter that nothing could be done with, as often as it was tried. */
  readonly giveUp: (letter: Arrived) => Promise<void>
  /** Where settled letters go; empty: they stay, with a mark. */
  readonly folder: () => Promise<string>
  /** How it goes, after each round and each failure. */
  readonly told: (trouble: string | null) => Promise<void>
}
type Options = {
  readonly url: string
  readonly reading: Reading
  readonly log: Log
  readonly wholeBytes: number
  /** How long a round waits for news, and how long after a failure: milliseconds; for tests. */
  readonly pauses?: { readonly poll: number; readonly again: number; readonly longest: number }
}
export type Mailbox = { readonly stop: () => Promise<void> }

/** Set where letters stay in their folder. */
const MARK = '$Nightdesk'
const HEAD_BYTES = 1_000_000
const ATTEMPTS = 5
const DEATHS = 3
/** In one round, so that whoever else waits is asked again in between. */
const AT_ONCE = 50
const PAUSES = { poll: 15_000, again: 1000, longest: 60_000 }
/** Whoever does not read asks so often whether the other one still does. */
const STANDBY_MILLISECONDS = 5000

/** `desk@mail.example.com/INBOX`: what a mailbox is called, without its password. */
export function mailboxName(url: string): string {
  const { username, host } = new URL(url)
  return `${decodeURIComponent(username)}@${host}/${pathIn(url)}`
}

/**
 * Reads a mailbox for as long as the program runs: one letter after the other, in their order; told of new ones by IDLE, and
 * asking four times a minute besides. A broken line is opened anew after a pause that grows; a letter that fails again and
 * again is given up, so that it holds up no other.
 */
export function openMailbox(options: Options): Mailbox {
  const { log, reading, pauses = PAUSES } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const attempts = new Map<string, number>()
  const over = endOf(signal)
  const run = async (): Promise<void> => {
    let wait = pauses.again
    const went = (): void => {
      wait = pauses.again
    }
    while (!signal.aborted) {
      try {
        if (await reading.mayRead()) await readOn(options, { signal, over, attempts, pause: pauses.poll, went })
        else wait = Math.min(STANDBY_MILLISECONDS, pauses.longest)
      } catch (error) {
        const said = reasonOf(error)
        if (!signal.aborted) {
          log.warn({ reason: said }, 'the mailbox could not be read')
          await reading.told(said).catch(() => undefined) // the database is away too: the log has it
        }
      }
      await sleep(wait * (1 + Math.random() / 4), signal)
      wait = Math.min(wait * 2, pauses.longest)
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

type Running = {
  readonly signal: AbortSignal
  readonly over: Promise<never>
  readonly attempts: Map<string, number>
  readonly pause: number
  readonly went: () => void
}

/** Until the line breaks, another process reads, or we stop. */
async function readOn(options: Options, running: Running): Promise<void> {
  const { url, reading } = options
  const { signal } = running
  const client = connectionTo(url)
  const news = newsOf(client)
  const close = (): void => client.close()
  signal.addEventListener('abort', close)
  try {
    // A line that is closed while it opens answers nothing any more.
    await Promise.race([client.connect(), running.over])
    await client.mailboxOpen(pathIn(url))
    while (!signal.aborted && (await reading.mayRead())) {
      const left = await readRound(client, options, running)
      await reading.told(null)
      running.went()
      if (left) continue
      if (!client.usable) throw new Error('the line to the mailbox is gone')
      // Ended by the next command, or with the line.
      client.idle().catch(() => undefined)
      await Promise.race([news.next(), sleep(running.pause, signal)])
      await client.noop()
    }
  } finally {
    signal.removeEventListener('abort', close)
    await hangUp(client)
  }
}

/** True where more is there than one round takes. */
async function readRound(client: ImapFlow, options: Options, { attempts, signal }: Running): Promise<boolean> {
  const { reading } = options
  const box = client.mailbox
  if (!box) throw new Error('the mailbox is not open')
  const uidValidity = String(box.uidValidity)
  const found = (await client.search({ unKeyword: MARK, deleted: false }, { uid: true })) || []
  const uids = found.toSorted((a, b) => a - b).slice(0, AT_ONCE)
  if (uids.length === 0) return false
  const settled = await reading.settled(uidValidity, uids)
  let left = found.length > uids.length
  for (const uid of uids) {
    if (signal.aborted || !(await reading.mayRead())) return false
    if (!settled.has(uid) && !(await settle(client, { ...options, uidValidity, uid, attempts }))) left = false
    else await putAway(client, uid, await folderOf(options))
  }
  return left
}

type One = Options & { readonly uidValidity: string; readonly uid: number; readonly attempts: Map<string, number> }

/** False where it stays for the next round. */
async function settle(
  client: ImapFlow,
  { reading, log, uidValidity, uid, attempts, wholeBytes }: One,
): Promise<boolean> {
  const letter = await fetchLetter(client, uid, { uidValidity, wholeBytes })
  if (!letter) return false
  const key = `${uidValidity}-${uid}`
  const tried = (attempts.get(key) ?? 0) + 1
  attempts.set(key, tried)
  try {
    // Over whatever ended the last processes, the next one does not die.
    if ((await reading.begin(uidValidity, uid)) > DEATHS) await reading.giveUp(letter)
    else await reading.take(letter)
  } catch (error) {
    log.warn({ uid, tried, reason: reasonOf(error) }, 'a letter could not be taken')
    if (tried >= ATTEMPTS) await reading.giveUp(letter)
    else return false
  } finally {
    await reading.end()
  }
  attempts.delete(key)
  return true
}

/** Undefined where somebody has taken it away in the meantime. */
async function fetchLetter(
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

// Into the folder that is read it would come back as a new one, for ever.
async function folderOf({ url, reading }: Options): Promise<string> {
  const folder = await reading.folder()
  return folder.toLowerCase() === pathIn(url).toLowerCase() ? '' : folder
}

/** Out of the way: into a folder, made where it is missing, or marked where there is none. */
async function putAway(client: ImapFlow, uid: number, folder: string): Promise<void> {
  const marked = (): Promise<boolean> => client.messageFlagsAdd(String(uid), [MARK, '\\Seen'], { uid: true })
  if (!folder) return void (await marked())
  if (await client.messageMove(String(uid), folder, { uid: true })) return
  await client.mailboxCreate(folder)
  if (!(await client.messageMove(String(uid), folder, { uid: true }))) await marked()
}

const CONNECT_MILLISECONDS = 10_000
const SILENCE_MILLISECONDS = 120_000

function connectionTo(url: string): ImapFlow {
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
const pathIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'INBOX'

/** Resolves when something is new, or the line is gone. */
function newsOf(client: ImapFlow): { next: () => Promise<void> } {
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

function endOf(signal: AbortSignal): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
  })
  end.catch(() => undefined) // mostly nobody waits for it
  return end
}

async function hangUp(client: ImapFlow): Promise<void> {
  if (client.usable) await Promise.race([client.logout().catch(() => undefined), sleep(1000)])
  client.close()
}

const REASON_LETTERS = 300
function reasonOf(error: unknown): string {
  const { message = String(error), responseText = '' } = error as { message?: string; responseText?: string }
  return `${message} ${responseText}`.replace(/\s+/g, ' ').trim().slice(0, REASON_LETTERS)
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
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
