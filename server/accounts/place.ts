import type { Context } from 'hono'
import { clientAddress } from '../web/address.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import type { Place } from './actions.ts'

const BROWSER_LETTERS = 200

/** Where a request comes from, as a session keeps it for its person to recognise. */
export const placeOf = (c: Context<Env>, { config }: Pick<Deps, 'config'>): Place => ({
  address: clientAddress(c, config),
  browser: c.req.header('user-agent')?.slice(0, BROWSER_LETTERS) ?? null,
})
