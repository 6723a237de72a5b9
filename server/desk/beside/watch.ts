import type { StaffId, TicketId } from '../../kernel/ids.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import { dropAllLooks, dropLooks, forgetOldLooks, type Look, storeLooks, type Writing } from './queries.ts'

/**
 * Who has which conversation open on the lines of this process, and who writes there. Written down when it changes and
 * every five seconds, as presence is, so that every process knows; told as `beside:<id>`, and the pages ask. Never an event.
 */
export type BesideWatch = {
  readonly looks: (line: string, staffId: StaffId, ticketId: TicketId) => void
  /** Until told otherwise, for six seconds, or until the line leaves. */
  readonly writes: (line: string, ticketId: TicketId, to: Writing) => void
  /** One conversation, or every one of a line that has ended. */
  readonly leaves: (line: string, ticketId?: TicketId) => void
  readonly stop: () => void
}

const WRITE_EVERY_MILLISECONDS = 5000
/** Three writings missed: the process died, and its lines with it. */
const FORGOTTEN_AFTER_SECONDS = 15
/** The page says it again every three seconds while it goes on. */
const WRITING_MILLISECONDS = 6000

type Open = { readonly staffId: StaffId; readonly ticketId: TicketId; writing: Writing; fades?: NodeJS.Timeout }

export function openBeside({ db, clock, live, log, process }: Deps): BesideWatch {
  const lines = new Map<string, Map<TicketId, Open>>()
  /** `<ticket> <staff>` of what is not written down yet. */
  const changed = new Set<string>()
  const tell = (ids: readonly TicketId[]): void =>
    live.tell(
      ids.map((id) => `beside:${id}`),
      'staff',
    )

  // By person: the windows of one count once, and whoever writes in one of them writes.
  const seen = (): Map<string, Look> => {
    const looks = new Map<string, Look>()
    for (const line of lines.values())
      for (const { staffId, ticketId, writing } of line.values()) {
        const key = `${ticketId} ${staffId}`
        const before = looks.get(key)
        if (!before?.writing) looks.set(key, { staffId, ticketId, writing })
      }
    return looks
  }
  const write = async (): Promise<void> => {
    const keys = [...changed]
    changed.clear()
    const now = seen()
    const there = keys.flatMap((key) => now.get(key) ?? [])
    const gone = keys.filter((key) => !now.has(key)).map(partsOf)
    await storeLooks(db, process, there, clock.now())
    await dropLooks(db, process, gone)
    tell([...there, ...gone].map(({ ticketId }) => ticketId))
  }
  const refresh = async (): Promise<void> => {
    due = false
    const now = clock.now()
    await storeLooks(db, process, [...seen().values()], now)
    tell(await forgetOldLooks(db, plus(now, -FORGOTTEN_AFTER_SECONDS * SECOND)))
  }
  // One at a time, so that an older sight never overwrites a newer one; what comes meanwhile is written together.
  let busy = false
  let due = false
  const run = async (): Promise<void> => {
    if (busy) return
    busy = true
    while (changed.size > 0 || due)
      await (due ? refresh() : write()).catch((error) =>
        log.warn({ reason: String(error) }, 'who looks was not written, it is written again'),
      )
    busy = false
  }
  const note = ({ ticketId, staffId }: Pick<Look, 'ticketId' | 'staffId'>): void => {
    changed.add(`${ticketId} ${staffId}`)
    void run()
  }
  const say = (one: Open, to: Writing): void => {
    clearTimeout(one.fades)
    if (to) one.fades = setTimeout(() => say(one, null), WRITING_MILLISECONDS).unref()
    if (one.writing === to) return
    one.writing = to
    note(one)
  }
  const end = (one: Open): void => {
    clearTimeout(one.fades)
    note(one)
  }
  const timer = setInterval(() => {
    due = true
    void run()
  }, WRITE_EVERY_MILLISECONDS)
  timer.unref()
  return {
    looks: (line, staffId, ticketId) => {
      const open = lines.get(line) ?? new Map<TicketId, Open>()
      lines.set(line, open)
      if (open.has(ticketId)) return
      const one = { staffId, ticketId, writing: null }
      open.set(ticketId, one)
      note(one)
    },
    writes: (line, ticketId, to) => {
      const one = lines.get(line)?.get(ticketId)
      if (one) say(one, to)
    },
    leaves: (line, ticketId) => {
      const open = lines.get(line)
      for (const [id, one] of open ?? [])
        if (ticketId === undefined || id === ticketId) {
          open?.delete(id)
          end(one)
        }
      if (open?.size === 0) lines.delete(line)
    },
    stop: () => {
      clearInterval(timer)
      for (const open of lines.values()) for (const { fades } of open.values()) clearTimeout(fades)
      lines.clear()
      dropAllLooks(db, process).catch((error) => log.debug({ reason: String(error) }, 'looks were left behind'))
    },
  }
}

const partsOf = (key: string): Pick<Look, 'ticketId' | 'staffId'> => {
  const [ticketId, staffId] = key.split(' ')
  return { ticketId: ticketId as TicketId, staffId: staffId as StaffId }
}
