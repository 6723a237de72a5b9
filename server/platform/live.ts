import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { parse } from 'hono/utils/cookie'
import { type Namespace, Server } from 'socket.io'
import { guardLine } from './lines.ts'
import type { Log } from './log.ts'
import { paced } from './pace.ts'
import { listener, publisher } from './redis.ts'
import type { Spoken } from './transaction.ts'

/** Live fan-out to open pages: in memory, or over Redis for several processes. Losing it loses nothing: clients ask for gaps. */
export type Live = {
  readonly io: Server
  /**
   * Tells staff pages that a topic changed; they fetch the fragment, so rights are checked on every read. Customers whose
   * page shows of it hear a bare `changed`, unless it is told to staff alone.
   */
  readonly tell: (topics: readonly string[], whom?: 'everybody' | 'staff') => void
  readonly say: (spoken: Spoken) => void
  /** Takes every socket of a room out of another room, in every process: a right that ends ends the room. */
  readonly leave: (namespace: Spoken['namespace'], from: string, room: string) => void
  /** Cuts every socket of a room: signed out, account off. */
  readonly cut: (namespace: Spoken['namespace'], room: string) => void
  /** False while Redis is away or does not answer: clients are told and poll. */
  readonly healthy: () => boolean
  /** Open lines of this process. */
  readonly lines: () => { readonly chat: number; readonly desk: number }
  readonly attach: (http: HttpServer) => void
  readonly close: () => Promise<void>
}

type Options = {
  redisUrl: string | undefined
  log: Log
  /** Whether a page of this origin may open a socket. */
  mayConnect: (origin: string) => boolean
  /** Public rooms that hear of a topic, as `changed` (topics.ts). */
  publicRooms: (topic: string) => readonly PublicRoom[]
}
/** A room, and how often it hears of changes at most; left out: as pages do. */
export type PublicRoom = { readonly room: string; readonly everyMilliseconds?: number }

/** A page fetches its fragment anew for each telling; what changes faster than this is told once more at the end. */
const TELL_AGAIN_MILLISECONDS = 200

export function openLive({ redisUrl, log, mayConnect, publicRooms }: Options): Live {
  const io = new Server({
    path: '/live',
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 64_000,
    pingInterval: 5_000,
    pingTimeout: 10_000,
    connectTimeout: 10_000,
    allowRequest: (request, done) => done(null, isAllowed(request, mayConnect)),
  })
  const redis = redisUrl ? openRedis(redisUrl, log) : undefined
  if (redis) io.adapter(createAdapter(redis.pub, redis.sub))
  // An empty room costs as much as a full one, nearly: it is encoded first. With Redis others may be in it.
  const isHeard = (spoken: Namespace, room: string): boolean => redis !== undefined || spoken.adapter.rooms.has(room)
  const inPace = paced()
  // A worker has no doors: it emits to the rooms of others, and has nothing of its own to close.
  let attached = false
  const desk = io.of('/desk')
  const chat = io.of('/chat')
  // Everybody could stay in the namespace that is always there, uncounted; without one a line ends after `connectTimeout`.
  io.of('/').use((_socket, next) => next(new Error('Invalid namespace')))
  return {
    io,
    tell: (topics, whom = 'everybody') => {
      for (const topic of new Set(topics)) {
        if (isHeard(desk, `topic:${topic}`))
          inPace(`desk ${topic}`, TELL_AGAIN_MILLISECONDS, () => desk.to(`topic:${topic}`).emit('topic', { topic }))
        if (whom === 'staff') continue
        for (const { room, everyMilliseconds = TELL_AGAIN_MILLISECONDS } of publicRooms(topic))
          if (isHeard(chat, room)) inPace(`chat ${room}`, everyMilliseconds, () => chat.to(room).emit('changed', {}))
      }
    },
    say: ({ namespace, room, event, data }) => {
      const spoken = io.of(namespace)
      if (isHeard(spoken, room)) spoken.to(room).emit(event, data)
    },
    leave: (namespace, from, room) => io.of(namespace).in(from).socketsLeave(room),
    cut: (namespace, room) => io.of(namespace).in(room).disconnectSockets(true),
    healthy: () => !redis || redis.isAnswering(),
    lines: () => ({ chat: chat.sockets.size, desk: desk.sockets.size }),
    attach: (http) => {
      attached = true
      io.attach(http)
      io.engine.on('connection', guardLine)
    },
    close: async () => {
      // A Redis that is away would never answer the farewell of the adapter.
      const last = redis?.pub.status === 'ready' && redis.sub.status === 'ready' ? undefined : redis
      last?.pub.disconnect()
      last?.sub.disconnect()
      redis?.stop()
      if (attached) await io.close()
      redis?.pub.disconnect()
      redis?.sub.disconnect()
    },
  }
}

const ASKED_EVERY_MILLISECONDS = 1000

// A frozen Redis keeps its connections: only an answer shows that it lives.
function openRedis(url: string, log: Log) {
  const pub = publisher(url, log)
  const sub = listener(url, log)
  let answering = true
  const timer = setInterval(() => {
    pub.ping().then(
      () => {
        answering = true
      },
      () => {
        answering = false
      },
    )
  }, ASKED_EVERY_MILLISECONDS)
  timer.unref()
  return {
    pub,
    sub,
    isAnswering: () => answering && pub.status === 'ready' && sub.status === 'ready',
    stop: () => clearInterval(timer),
  }
}

// A cookie rides along on its own, so it needs an origin of ours; a bearer token does not (RELIABILITY 15).
function isAllowed(request: IncomingMessage, mayConnect: (origin: string) => boolean): boolean {
  const { origin, cookie } = request.headers
  if (origin !== undefined) return mayConnect(origin)
  return Object.keys(parse(cookie ?? '')).length === 0
}
