import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { Config } from '../config.ts'
import type { Env } from '../web/env.ts'

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/
const LOCAL_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i
/** Whatever a proxy leaves behind: behind one everybody seems to sit at the machine. */
const TRACES = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via']

/**
 * Whether the reader sits at the machine that runs the house, as whoever reads its terminal does. Four things must say
 * so: the connection, the name they asked for (not a foreign one that resolves to here), the address that the house
 * gives out, and the absence of any proxy.
 */
export function isAtTheMachine(c: Context<Env>, { publicUrl }: Pick<Config, 'publicUrl'>): boolean {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage }
  const peer = incoming?.socket.remoteAddress ?? ''
  const asked = new URL(c.req.url).hostname
  return (
    LOOPBACK.test(peer) &&
    LOCAL_NAME.test(asked) &&
    LOCAL_NAME.test(new URL(publicUrl).hostname) &&
    TRACES.every((name) => c.req.header(name) === undefined)
  )
}
