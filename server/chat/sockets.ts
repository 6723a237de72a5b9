import type { Namespace, Socket } from 'socket.io'
import { wordsOf } from '../i18n/dictionaries.ts'
import type { TicketId } from '../kernel/ids.ts'
import { isLanguage, type Language } from '../kernel/language.ts'
import { NotFound, TooMany, Unauthenticated } from '../kernel/refusal.ts'
import { addressKey, addressOf } from '../web/address.ts'
import { answerOf, errorBody } from '../web/answers.ts'
import type { Deps } from '../web/deps.ts'
import { check } from '../web/forms.ts'
import { chosenLanguage } from '../web/headers.ts'
import { type Limit, limit } from '../web/limits.ts'
import { liveEvent, mountEvents } from '../web/socket-events.ts'
import { wordsInTurn } from '../web/turns.ts'
import { act, type Bearer, bearerOf, inTurn, say } from './access.ts'
import { markAsCustomer } from './actions.ts'
import { keepPace } from './gate.ts'
import { noteRange, rangeFrom } from './ranges.ts'
import { listGaps, movingTickets } from './resume.ts'
import { bearerRoom, settle, talkRoom } from './rooms.ts'
import { HANDSHAKE, marksIn, SOCKET } from './shapes.ts'
import { sawCustomers, watchVisits } from './visits/watch.ts'

type ChatSocket = Socket & { data: { bearer: Bearer; language: Language; range: Buffer | null } }

/** Lines that an address and a bearer may open, and messages a bearer may send over all of them. */
const PER_MINUTE = { address: 600, lines: 120, messages: 600 }
/** Lines of one bearer at once, in this process: every word goes to each of them. */
const LINES_AT_ONCE = 50
const LINE_LATER_SECONDS = 15
const HEALTH_EVERY_MILLISECONDS = 1000
/** setTimeout counts in 31 bits. */
const LONGEST_TIMER = 2_147_483_647

/** The customer's live line: namespace /chat, by bearer token, for any client (protocol.md). */
export function openChatSockets(deps: Deps): void {
  const chat = deps.live.io.of('/chat')
  const paces = {
    address: limit(deps.clock, PER_MINUTE.address, 60),
    lines: limit(deps.clock, PER_MINUTE.lines, 60),
    messages: limit(deps.clock, PER_MINUTE.messages, 60),
  }
  chat.use((socket, next) => {
    admit(deps, paces, socket as ChatSocket).then(
      () => next(),
      (error) => next(connectError(deps, socket, error)),
    )
  })
  chat.on('connection', (socket) => welcome(deps, paces.messages, socket as ChatSocket))
  watchHealth(deps, chat)
  watchVisits(deps, chat)
}

type Paces = { readonly address: Limit; readonly lines: Limit }

async function admit(deps: Deps, paces: Paces, socket: ChatSocket): Promise<void> {
  const { db, clock, config } = deps
  const { address, headers, auth } = socket.handshake
  const peer = { socket: { remoteAddress: address }, headers }
  const from = addressKey(addressOf(peer, config))
  const { token, language } = check(HANDSHAKE, auth)
  const bearer = await bearerOf(db, token, clock.now())
  // One token's many lines are counted against it first, so that the others of its address go on.
  if (bearer) keepPace(paces.lines, bearerRoom(bearer))
  keepPace(paces.address, from)
  if (!bearer) throw new Unauthenticated()
  if ((socket.nsp.adapter.rooms.get(bearerRoom(bearer))?.size ?? 0) >= LINES_AT_ONCE)
    throw new TooMany(LINE_LATER_SECONDS)
  socket.data.bearer = bearer
  socket.data.range = rangeFrom(peer, deps)
  socket.data.language = language ?? bearer.language
  await socket.join(bearerRoom(bearer))
  await settle(socket, await movingTickets(db, bearer))
}

/** As a client meets it in `connect_error`: `message` is the code, `data` the body of every error. */
function connectError({ log }: Deps, { handshake }: Socket, error: unknown): Error {
  const answer = answerOf(error)
  if (answer.status === 500) log.error({ reason: String(error) }, 'a chat socket could not be admitted')
  const { language } = handshake.auth
  const t = wordsOf(isLanguage(language) ? language : chosenLanguage(undefined, handshake.headers['accept-language']))
  return Object.assign(new Error(answer.code), { data: errorBody(t, answer) })
}

function welcome(deps: Deps, messages: Limit, socket: ChatSocket): void {
  const { bearer, language, range } = socket.data
  const { db, clock, log, live } = deps
  if (!live.healthy()) socket.emit('degraded', { on: true })
  let known = bearer
  const mine = <T>(what: () => Promise<T>): Promise<T> => inTurn(bearerRoom(bearer), what)
  if (bearer.kind === 'visitor') endWith(socket, bearer.expiresAt.getTime() - clock.now().getTime())
  mountEvents(
    socket,
    {
      'message.post': liveEvent(SOCKET.message, async ({ ticketId, ...message }) => {
        keepPace(messages, bearerRoom(bearer))
        const id = ticketId as TicketId
        const { at, ...accepted } = await wordsInTurn(`${bearerRoom(bearer)} ${id}`, () =>
          mine(async () => {
            known = await noteRange(deps, known, range)
            return say(deps, bearer, id, message)
          }),
        )
        await socket.join(talkRoom(id))
        return { ...accepted, at: at.toISOString() }
      }),
      resume: liveEvent(SOCKET.resume, async ({ tickets }) => {
        // Into the rooms first: what is said while we read then arrives twice rather than not at all.
        const gaps = await mine(async () => {
          if (bearer.kind === 'link') await keepLink(deps, socket)
          const moving = await movingTickets(db, bearer)
          await settle(socket, moving)
          sawCustomers(
            deps,
            moving.map(({ id }) => id),
          )
          return listGaps(db, bearer, tickets, wordsOf(language))
        })
        return { tickets: gaps, degraded: !live.healthy() }
      }),
      marks: liveEvent(SOCKET.marks, ({ ticketId, ...marks }) =>
        mine(() => act(deps, bearer, (tx) => markAsCustomer(tx, ticketId as TicketId, marksIn(marks)))),
      ),
      typing: liveEvent(SOCKET.typing, async ({ ticketId, on }) => {
        if (!socket.rooms.has(talkRoom(ticketId as TicketId))) throw new NotFound()
        for (const room of [`talk:${ticketId}`, `masked:${ticketId}`])
          live.say({ namespace: '/desk', room, event: 'typing', data: { ticketId, by: 'customer', on } })
        return {}
      }),
    },
    { clock, log, language: () => language },
  )
}

/** How long a link lives is known only once its request has closed, so whoever holds the line is asked again and again. */
async function keepLink({ db, clock }: Deps, socket: ChatSocket): Promise<void> {
  if (await bearerOf(db, socket.handshake.auth.token, clock.now())) return
  socket.disconnect(true)
  throw new Unauthenticated()
}

/** A token that runs out ends its sockets too. */
function endWith(socket: Socket, milliseconds: number): void {
  const timer = setTimeout(() => socket.disconnect(true), Math.min(milliseconds, LONGEST_TIMER))
  timer.unref()
  socket.on('disconnect', () => clearTimeout(timer))
}

/** Without Redis a message reaches only the sockets of its own process: clients are told, and poll meanwhile. */
function watchHealth({ live }: Deps, chat: Namespace): void {
  let on = false
  setInterval(() => {
    if (on === !live.healthy()) return
    on = !on
    chat.local.emit('degraded', { on })
  }, HEALTH_EVERY_MILLISECONDS).unref()
}
