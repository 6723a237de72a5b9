import type { ImapFlow } from 'imapflow'
import type { Log } from './log.ts'
import {
  type Arrived,
  connectionTo,
  fetchLetter,
  hangUp,
  MARK,
  newsOf,
  pathIn,
  putAway,
  sleep,
} from './mailbox-line.ts'

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

const ATTEMPTS = 5
const DEATHS = 3
/** In one round, so that whoever else waits is asked again in between. */
const AT_ONCE = 50
const PAUSES = { poll: 15_000, again: 1000, longest: 60_000 }
/** Whoever does not read asks so often whether the other one still does. */
const STANDBY_MILLISECONDS = 5000

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
  const client = await connectionTo(url)
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

// Into the folder that is read it would come back as a new one, for ever.
async function folderOf({ url, reading }: Options): Promise<string> {
  const folder = await reading.folder()
  return folder.toLowerCase() === pathIn(url).toLowerCase() ? '' : folder
}

function endOf(signal: AbortSignal): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
  })
  end.catch(() => undefined) // mostly nobody waits for it
  return end
}

const REASON_LETTERS = 300
function reasonOf(error: unknown): string {
  const { message = String(error), responseText = '' } = error as { message?: string; responseText?: string }
  return `${message} ${responseText}`.replace(/\s+/g, ' ').trim().slice(0, REASON_LETTERS)
}
