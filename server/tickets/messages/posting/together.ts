import type { TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'
import { type Posted, postAll, postAlone, type Word } from './queries.ts'

type Waiting = {
  readonly word: Word
  readonly resolve: (posted: Posted) => void
  readonly reject: (error: unknown) => void
}

/** Statements on their way at once. A word that comes alone waits for nobody. */
const LANES = 3
const MOST_AT_ONCE = 40

/**
 * Writes words that come while others are being written in one statement: one way to the database and back, one commit,
 * one flush to the disk for all of them. The words of a conversation keep their order. Nobody waits for a ticket that
 * somebody else has locked: its word is written alone, as is each word where the statement of all of them fails.
 */
export function writeTogether(db: Reader, word: Word): Promise<Posted> {
  const known = writers.get(db) ?? new Writer(db)
  writers.set(db, known)
  return known.write(word)
}
const writers = new WeakMap<Reader, Writer>()

class Writer {
  private waiting: Waiting[] = []
  private lanes = 0
  /** Conversations with a word on its way. */
  private readonly away = new Set<TicketId>()
  private readonly db: Reader

  constructor(db: Reader) {
    this.db = db
  }

  write(word: Word): Promise<Posted> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ word, resolve, reject })
      this.next()
    })
  }

  private next(): void {
    while (this.lanes < LANES) {
      const some = this.take()
      if (some.length === 0) return
      this.lanes++
      void this.send(some).then(() => {
        this.lanes--
        this.next()
      })
    }
  }

  /** The first that can go; one word a conversation, so that none overtakes the one before. */
  private take(): Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    for (const one of this.waiting) {
      const { ticketId } = one.word
      if (taken.length === MOST_AT_ONCE || this.away.has(ticketId)) left.push(one)
      else {
        this.away.add(ticketId)
        taken.push(one)
      }
    }
    this.waiting = left
    return taken
  }

  private async send(some: readonly Waiting[]): Promise<void> {
    const [only] = some
    if (only && some.length === 1) return this.sendAlone(only)
    // Everybody who locks several tickets takes them in the order of their ids.
    const sorted = some.toSorted((a, b) => Number(a.word.ticketId) - Number(b.word.ticketId))
    const answers = await postAll(
      this.db,
      sorted.map(({ word }) => word),
    ).catch(() => [])
    sorted.forEach((one, at) => {
      const posted = answers[at]
      if (!posted || posted.outcome === 'busy') void this.sendAlone(one).then(() => this.next())
      else this.answer(one, () => one.resolve(posted as Posted))
    })
  }

  private sendAlone(one: Waiting): Promise<void> {
    return postAlone(this.db, one.word).then(
      (posted) => this.answer(one, () => one.resolve(posted)),
      (error) => this.answer(one, () => one.reject(error)),
    )
  }

  private answer({ word }: Waiting, tell: () => void): void {
    this.away.delete(word.ticketId)
    tell()
  }
}
