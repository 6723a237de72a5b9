import { Hono } from 'hono'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'

export const chatRoutes = (_deps: Deps) => new Hono<Env>()
