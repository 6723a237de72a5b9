import type { Namespace } from 'socket.io'
import type { TicketId } from '../../kernel/ids.ts'
import type { Deps } from '../../web/deps.ts'
import { noteVisits } from './queries.ts'

const EVERY_MILLISECONDS = 30_000
const TALK = /^chat:(\d+)$/

type House = Pick<Deps, 'db' | 'clock' | 'log'>

/** Whoever holds a live line is there, as long as the server sees it: written down while it is open, and when it ends. */
export function watchVisits(deps: House, chat: Namespace): void {
  chat.on('connection', (socket) => {
    socket.on('disconnecting', () => sawCustomers(deps, ticketsIn(socket.rooms)))
  })
  setInterval(() => {
    sawCustomers(deps, ticketsIn(chat.adapter.rooms.keys()))
  }, EVERY_MILLISECONDS).unref()
}

/** In the background: an answer never waits for it, and one that is lost is followed by the next. */
export function sawCustomers({ db, clock, log }: House, ids: readonly TicketId[]): void {
  noteVisits(db, ids, clock.now()).catch((error) => log.warn({ reason: String(error) }, 'a visit was not noted'))
}

const ticketsIn = (rooms: Iterable<string>): TicketId[] =>
  [...rooms].flatMap((room) => {
    const [, id] = TALK.exec(room) ?? []
    return id ? [id as TicketId] : []
  })
