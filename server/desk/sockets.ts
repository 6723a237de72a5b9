import { parse } from 'hono/utils/cookie'
import type { Socket } from 'socket.io'
import type { Config } from '../config.ts'
import { seesCustomer } from '../customers/privacy/rules.ts'
import { wordsOf } from '../i18n/dictionaries.ts'
import type { TicketId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { Denied, NotFound, OffPost, TooMany, Unauthenticated } from '../kernel/refusal.ts'
import { isToken } from '../platform/tokens.ts'
import { findOpenAssignment, listHeldAmong } from '../tickets/assignments/queries.ts'
import { mark, postMessage } from '../tickets/messages/actions.ts'
import { listGaps, marksOf } from '../tickets/messages/queries.ts'
import { asSeen } from '../tickets/messages/rules.ts'
import { isTicket } from '../tickets/queries.ts'
import { standingTopics } from '../topics.ts'
import { isSecurePeer } from '../web/address.ts'
import { answerOf, errorBody } from '../web/answers.ts'
import { cookieNamed, LANGUAGE_COOKIE, SESSION_COOKIE } from '../web/cookies.ts'
import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'
import { chosenLanguage } from '../web/headers.ts'
import { liveEvent, mountEvents } from '../web/socket-events.ts'
import { wordsInTurn } from '../web/turns.ts'
import { type BesideWatch, openBeside } from './beside/watch.ts'
import { openWatch, type Watch } from './presence/watch.ts'
import { MOST_WATCHED, SHAPES } from './shapes.ts'

type DeskSocket = Socket & {
  data: { me: SignedIn; token: string; watching: Set<TicketId>; opening: Set<Opening> }
}
/** A `watch` that has not been answered yet; `left` where the page has gone on meanwhile. */
type Opening = { readonly id: TicketId; left: boolean }

/** A right that ends, ends its rooms within a second (RELIABILITY 13). */
const RIGHTS_EVERY_MILLISECONDS = 900
/** The staff's live line: namespace /desk, by session cookie and an origin of ours. Returns the watch over who is here. */
export function openDeskSockets(deps: Deps): Watch {
  const desk = deps.live.io.of('/desk')
  const watch = openWatch(deps)
  const beside = openBeside(deps)
  desk.use((socket, next) => {
    admit(deps, socket as DeskSocket).then(
      () => next(),
      (error) => {
        const answer = answerOf(error)
        if (answer.status === 500) deps.log.error({ reason: String(error) }, 'a desk socket could not be admitted')
        next(
          Object.assign(new Error(answer.code), { data: errorBody(wordsOf(languageOf(deps.config, socket)), answer) }),
        )
      },
    )
  })
  desk.on('connection', (socket) => welcome(deps, { watch, beside }, socket as DeskSocket))
  let degraded = false
  setInterval(() => {
    if (degraded === !deps.live.healthy()) return
    degraded = !degraded
    desk.local.emit('degraded', { on: degraded })
  }, 1000).unref()
  return {
    ...watch,
    stop: () => {
      beside.stop()
      watch.stop()
    },
  }
}

/** Of somebody who has not been let in: what their browser says. */
const languageOf = (config: Config, { handshake }: Socket): Language =>
  chosenLanguage(cookieOf(config, handshake, LANGUAGE_COOKIE), handshake.headers['accept-language'])

function cookieOf(config: Config, { address, headers }: Socket['handshake'], name: string): string | undefined {
  const secure = isSecurePeer({ socket: { remoteAddress: address }, headers }, config)
  return cookieNamed(parse(headers.cookie ?? ''), name, secure)
}

async function admit({ whoIs, config }: Deps, socket: DeskSocket): Promise<void> {
  if (socket.handshake.headers.origin === undefined) throw new Denied('origin')
  const token = cookieOf(config, socket.handshake, SESSION_COOKIE)
  const me = isToken(token) ? await whoIs(token) : undefined
  if (!me || !isToken(token)) throw new Unauthenticated()
  Object.assign(socket.data, { me, token, watching: new Set(), opening: new Set() })
  await socket.join([`staff:${me.staffId}`, `session:${me.sessionId}`, ...topicRooms(me)])
}

const topicRooms = (me: SignedIn): string[] =>
  standingTopics(me.staffId, me.capabilities).map((topic) => `topic:${topic}`)
/** Whoever has the conversation hears it as it is, everybody else without numbers and addresses (REGULATION row 57). */
const wordRoom = (id: TicketId, inFull: boolean): string => `${inFull ? 'talk' : 'masked'}:${id}`
const talkRooms = (id: TicketId): string[] => [`topic:ticket:${id}`, `topic:notes:${id}`, `topic:beside:${id}`]

type Watches = { readonly watch: Watch; readonly beside: BesideWatch }

function welcome(deps: Deps, { watch, beside }: Watches, socket: DeskSocket): void {
  const { clock, log, live, db } = deps
  const { staffId } = socket.data.me
  const seen = (): void => watch.saw(staffId)
  watch.arrived(staffId).catch((error) => log.warn({ reason: String(error) }, 'an arrival was not written'))
  // Every frame, pongs among them, says that the page is alive.
  socket.conn.on('packet', seen)
  const rights = setInterval(() => void keepRights(deps, beside, socket), RIGHTS_EVERY_MILLISECONDS)
  rights.unref()
  socket.on('disconnect', () => {
    clearInterval(rights)
    beside.leaves(socket.id)
  })
  if (!live.healthy()) socket.emit('degraded', { on: true })

  const actor = () => socket.data.me.actor
  const watched = (ticketId: string): TicketId => {
    if (!socket.data.watching.has(ticketId as TicketId)) throw new NotFound()
    return ticketId as TicketId
  }
  mountEvents(
    socket,
    {
      watch: liveEvent(SHAPES.ticket, async ({ ticketId }) => {
        const id = ticketId as TicketId
        await openTalk(deps, beside, socket, id)
        return { marks: await marksOf(db, id) }
      }),
      unwatch: liveEvent(SHAPES.ticket, async ({ ticketId }) => {
        await leaveTalk(socket, beside, ticketId as TicketId)
        return {}
      }),
      'message.post': liveEvent(SHAPES.message, async ({ ticketId, epoch, ...message }) => {
        const id = ticketId as TicketId
        const by = { kind: 'staff', staffId, epoch } as const
        // Whoever may not read it does not even learn that it is there.
        const { me } = socket.data
        const { at, ...accepted } = await wordsInTurn(`staff:${staffId} ${id}`, async () => {
          if (!me.capabilities.has('ticket.read')) await needWatch(deps, me, id)
          return deps.transact(actor(), (tx) => postMessage(tx, { ticketId: id, by, ...message }), 'one statement')
        })
        return { ...accepted, at: at.toISOString() }
      }),
      resume: liveEvent(SHAPES.resume, async ({ tickets }) => {
        const mine = tickets.filter(({ id }) => socket.data.watching.has(id as TicketId))
        const inFull = await seesInFull(
          deps,
          socket.data.me,
          mine.map(({ id }) => id as TicketId),
        )
        const gaps = (await listGaps(db, mine)).map((gap) => ({
          ...gap,
          messages: gap.messages.map((one) => asSeen(one, inFull(gap.id as TicketId))),
        }))
        const onPost = socket.data.me.duty !== null
        return { tickets: gaps, degraded: !live.healthy(), onPost, now: clock.now().toISOString() }
      }),
      typing: liveEvent(SHAPES.typing, async ({ ticketId, on, to = 'customer' }) => {
        const id = watched(ticketId)
        const { name, nameEn } = socket.data.me
        // Only whoever has the conversation writes to the customer; what is for colleagues, the customer never hears of.
        if (to === 'customer' && (await findOpenAssignment(db, id))?.staffId !== staffId) return {}
        beside.writes(socket.id, id, on ? to : null)
        if (to === 'customer')
          live.say({
            namespace: '/chat',
            room: `chat:${id}`,
            event: 'typing',
            data: { ticketId, by: 'staff', on, name, nameEn },
          })
        return {}
      }),
      marks: liveEvent(SHAPES.marks, async ({ ticketId, delivered = 0, read = 0 }) => {
        const id = watched(ticketId)
        // Only whoever has the conversation reads it for the house; a look by the duty manager is not "read".
        const assignment = await findOpenAssignment(db, id)
        if (assignment?.staffId === staffId)
          await deps.transact(actor(), (tx) => mark(tx, id, 'staff', { delivered, read }))
        return {}
      }),
    },
    { clock, log, language: () => socket.data.me.language ?? 'zh-CN' },
  )
}

async function openTalk(deps: Deps, beside: BesideWatch, socket: DeskSocket, id: TicketId): Promise<void> {
  const { me, watching, opening } = socket.data
  const mine: Opening = { id, left: false }
  opening.add(mine)
  try {
    await needWatch(deps, me, id)
    if (!watching.has(id) && watching.size >= MOST_WATCHED) throw new TooMany(1)
    const inFull = await seesInFull(deps, me, [id])
    if (mine.left) return
    watching.add(id)
    await socket.join([...talkRooms(id), wordRoom(id, inFull(id))])
    if (socket.connected && watching.has(id)) beside.looks(socket.id, me.staffId, id)
  } finally {
    opening.delete(mine)
  }
}

async function leaveTalk(socket: DeskSocket, beside: BesideWatch, id: TicketId): Promise<void> {
  socket.data.watching.delete(id)
  for (const one of socket.data.opening) if (one.id === id) one.left = true
  beside.leaves(socket.id, id)
  for (const room of [...talkRooms(id), wordRoom(id, true), wordRoom(id, false)]) await socket.leave(room)
}

/** Any ticket with `ticket.read`. @throws OffPost for whoever works in rotation and is off it; NotFound */
async function needWatch({ db }: Deps, me: SignedIn, id: TicketId): Promise<void> {
  const may = me.capabilities.has('ticket.read')
  if (!may && me.offPost.size > 0) throw new OffPost('ticket.read')
  if (!may || !(await isTicket(db, id))) throw new NotFound()
}

/** Of which of these this person hears the words as they are. */
async function seesInFull({ db }: Deps, me: SignedIn, ids: readonly TicketId[]): Promise<(id: TicketId) => boolean> {
  if (me.capabilities.has('customer.read') || ids.length === 0) return () => true
  const held = await listHeldAmong(db, me.staffId, ids)
  return (id) => seesCustomer(me, held.has(id) ? me.staffId : null)
}

// Asked anew rather than told: roles, posts, shifts and sessions end by time as well as by acts.
async function keepRights(deps: Deps, beside: BesideWatch, socket: DeskSocket): Promise<void> {
  try {
    const me = await deps.whoIs(socket.data.token)
    if (!me) return void socket.disconnect(true)
    const before = topicRooms(socket.data.me)
    const now = topicRooms(me)
    for (const room of before) if (!now.includes(room)) await socket.leave(room)
    await socket.join(now.filter((room) => !before.includes(room)))
    const leftPost = socket.data.me.duty !== null && me.duty === null
    socket.data.me = me
    // Whatever names a customer on the page goes with the post: it asks for itself again.
    if (leftPost) socket.emit('off', {})
    const watching = [...socket.data.watching]
    if (me.capabilities.has('ticket.read')) {
      const inFull = await seesInFull(deps, me, watching)
      // What was left meanwhile stays left: nothing would take the line out of that room again.
      for (const id of watching)
        if (socket.data.watching.has(id))
          await Promise.all([socket.leave(wordRoom(id, !inFull(id))), socket.join(wordRoom(id, inFull(id)))])
      return
    }
    for (const id of watching) {
      await leaveTalk(socket, beside, id)
      socket.emit('gone', { ticketId: id })
    }
  } catch (error) {
    deps.log.warn({ reason: String(error) }, 'rights could not be asked; they are asked again')
  }
}
