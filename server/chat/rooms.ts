import type { Socket } from 'socket.io'
import type { TicketId } from '../kernel/ids.ts'
import type { Live } from '../platform/live.ts'
import type { Bearer } from './access.ts'
import type { ChatState } from './rules.ts'

/** Rooms of the chat namespace. A client never names one: it names a ticket, and the server looks whose it is. */
export const talkRoom = (id: TicketId): string => `chat:${id}`
/** Everybody who waits hears when the queue moves. */
const WAITING = 'waiting'
/** All sockets of one bearer, in every process. */
export const bearerRoom = (bearer: Bearer): string =>
  bearer.kind === 'visitor' ? `visitor:${bearer.visitorId}` : `link:${bearer.ticketId}`

/** After a question over HTTP: whatever sockets this bearer has open hear of the new request at once. */
export const welcomeToRoom = (live: Live, bearer: Bearer, { id, state }: { id: TicketId; state: ChatState }): void =>
  live.io
    .of('/chat')
    .in(bearerRoom(bearer))
    .socketsJoin(state === 'queued' ? [talkRoom(id), WAITING] : [talkRoom(id)])

/** Puts one socket where its requests say: into their rooms, and among those who wait only while one of them does. */
export async function settle(socket: Socket, tickets: readonly { id: TicketId; state: ChatState }[]): Promise<void> {
  await socket.join(tickets.map(({ id }) => talkRoom(id)))
  if (tickets.some(({ state }) => state === 'queued')) await socket.join(WAITING)
  else await socket.leave(WAITING)
}
