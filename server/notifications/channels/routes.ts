import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import type { DepartmentId, HookId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../../web/page.ts'
import { lastThroughHooks } from '../deliveries/queries.ts'
import { forgetHook, saveHook, testHook } from './actions.ts'
import { listHooks } from './queries.ts'
import { HOOK_CHANNELS, isRobot, masked } from './rules.ts'

const HOOK = {
  channel: z.enum(HOOK_CHANNELS),
  department: z.union([rowId, z.literal('')]),
  address: optionalText(1000),
  secret: optionalText(300),
}

/** Robots and gateways: where they are is a secret, so that it is shown masked once it is saved. */
export const channelRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const { done } = query(c, { done: z.enum(['saved', 'removed', 'tested']).optional() })
      return show(c, deps, { done })
    })
    .post('/', edits, async (c) => {
      const typed = await form(c, HOOK)
      try {
        const departmentId = (typed.department || null) as DepartmentId | null
        await deps.transact(c.var.me.actor, (tx) => saveHook(tx, { ...typed, departmentId }, deps.config.insideHooks))
        return seeOther(c, '/settings/channels?done=saved')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: error }, 422)
      }
    })
    .post('/:id/removal', edits, async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => forgetHook(tx, pathId<HookId>(c)))
      return seeOther(c, '/settings/channels?done=removed')
    })
    .post('/:id/test', edits, async (c) => {
      await form(c, {})
      const id = pathId<HookId>(c)
      try {
        await deps.transact(c.var.me.actor, (tx) => testHook(tx, id))
        return seeOther(c, '/settings/channels?done=tested')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { at: id, refused: error }, 422)
      }
    })
}

const CODES = ['no_hook', 'no_phone', 'process_lost', 'timeout', 'redirected', 'address_inside', 'not_http']

async function show(c: Context<Env>, deps: Deps, values: Record<string, unknown>, status: 200 | 422 = 200) {
  const [hooks, last, departments] = await Promise.all([
    listHooks(deps.db),
    lastThroughHooks(deps.db),
    listDepartments(deps.db),
  ])
  const shown = hooks.map(({ address, ...hook }) => {
    const sent = last.get(hook.id)
    const error = sent?.error ?? null
    const known = error !== null && CODES.includes(error)
    return {
      ...hook,
      masked: masked(address),
      robot: isRobot(hook.channel),
      last: sent && { ...sent, code: known ? error : null, said: known ? null : error },
    }
  })
  const all = {
    typed: { channel: 'wecom', department: '', address: '', secret: '' },
    ...values,
    hooks: shown,
    waits: shown.some(({ last: sent }) => sent?.state === 'pending' || sent?.state === 'sending'),
    channels: HOOK_CHANNELS,
    departments,
  }
  return wantsPart(c)
    ? fragment(c, deps, 'channels/list', 'hooks', all, status)
    : page(c, deps, 'channels/list', all, status)
}
