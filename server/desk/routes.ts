import { Hono } from 'hono'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'

export const deskRoutes = (_deps: Deps) => new Hono<Env>()
