import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { CustomerId } from '../../kernel/ids.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { localOf } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form, optionalText, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { contactsOf, customerOf } from '../queries.ts'
import { type Contact, readContact } from '../rules.ts'
import { askErasure, eraseCustomer, revealCustomer, withdrawErasure } from './actions.ts'
import { packed } from './archive.ts'
import { takeAll, whatIsKept } from './handing.ts'
import type { Keeping } from './keeping.ts'
import { deleteFiles } from './over/actions.ts'
import { findNamed, listErasures, listExports } from './queries.ts'
import { listReveals, revealedTo } from './reveals/queries.ts'
import { ERASURE_REASONS, IS_OVER, REVEAL_REASONS, seesCustomer, veilOf } from './rules.ts'

type Ctx = Context<Env>
type Values = Record<string, unknown>

const WORDS = optionalText(300)
export const REVEALING = { reason: z.enum(REVEAL_REASONS), words: WORDS }
const ERASING = { reason: z.enum(ERASURE_REASONS), words: WORDS }
const SHOWN = 20
const NOBODY = { staffId: null, reason: null, unusual: false, from: null, to: null, before: null }

/** One customer, for administration: what is kept, who looked, hand it out, erase it (REGULATION row 57). */
export const customerRoutes = (deps: Deps, keeping: Keeping) => {
  const erases = staffOnly(deps, 'customer.erase')
  const acting = async (c: Ctx, typed: Values, act: (id: CustomerId) => Promise<unknown>): Promise<Response> => {
    const id = pathId<CustomerId>(c)
    try {
      await act(id)
      return seeOther(c, `/customers/${id}`)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const revealed = typed.revealing ? { revealing: typed.revealing, revealRefused: error } : {}
      return show(c, deps, keeping, { typed, refused: error, ...revealed }, 422)
    }
  }
  return new Hono<Env>()
    .get('/', erases, async (c) => {
      const { q = '' } = query(c, { q: optionalText(300).optional() })
      return page(c, deps, 'privacy/find', { asked: q, ...(await find(c, deps, keeping, q.trim())) })
    })
    .get('/:id', erases, (c) => show(c, deps, keeping, {}))
    .post('/:id/reveals', staffOnly(deps, 'customer.reveal'), async (c) => {
      const typed = await form(c, REVEALING)
      return acting(c, { revealing: typed }, async (customerId) => {
        const theirs = await keeping.hasServed(deps.db, c.var.me.staffId, customerId)
        const how = { ...typed, zone: deps.config.timeZone, theirs }
        await deps.transact(c.var.me.actor, (tx) => revealCustomer(tx, { customerId, ticketId: null }, how))
      })
    })
    .post('/:id/exports', erases, async (c) => {
      const { words } = await form(c, { words: WORDS })
      const customerId = pathId<CustomerId>(c)
      const handed = await takeAll(deps, keeping, c.var.me, { customerId, words: words.trim() })
      const { date } = localOf(deps.clock.now(), deps.config.timeZone)
      c.header('content-type', 'application/gzip')
      c.header('content-disposition', `attachment; filename="customer-${customerId}-${date}.tar.gz"`)
      c.header('cache-control', 'no-store')
      return c.body(Readable.toWeb(packed(handed, deps.files)) as ReadableStream)
    })
    .post('/:id/erasure', erases, async (c) => {
      const typed = await form(c, ERASING)
      return acting(c, { erasing: typed }, (id) =>
        deps.transact(c.var.me.actor, (tx) => askErasure(tx, keeping, id, typed)),
      )
    })
    .post('/:id/erasure/withdrawal', erases, async (c) => {
      await form(c, {})
      return acting(c, {}, (id) => deps.transact(c.var.me.actor, (tx) => withdrawErasure(tx, id)))
    })
    .post('/:id/erasure/confirmation', erases, async (c) => {
      const { typed } = await form(c, { typed: optionalText(200) })
      return acting(c, { confirming: { typed } }, async (id) => {
        const files = await deps.transact(c.var.me.actor, (tx) => eraseCustomer(tx, keeping, id, typed))
        await deleteFiles(deps.files, files)
      })
    })
}

/** By a conversation's number, an exact phone or address, or the whole name: a list of everybody is not there. */
async function find(c: Ctx, deps: Deps, keeping: Keeping, asked: string) {
  if (asked === '') return { found: null }
  const number = /^(?:nt-?)?(\d{4,9})$/i.exec(asked)?.[1]
  const one = number ? await keeping.customerOfNumber(deps.db, `NT-${number}`) : undefined
  const named = await findNamed(deps.db, { name: asked, contact: contactIn(asked) }, SHOWN)
  const all = [...(one ? [await customerOf(deps.db, one)] : []), ...named.filter(({ id }) => id !== one)]
  const inFull = seesCustomer(c.var.me, null)
  return { found: all.map((row) => ({ ...row, name: veilOf(inFull, row.name).name })) }
}

function contactIn(asked: string): Contact | null {
  try {
    return readContact(asked)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

async function show(c: Ctx, deps: Deps, keeping: Keeping, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const { db, clock } = deps
  const { me } = c.var
  const id = pathId<CustomerId>(c)
  const customer = await customerOf(db, id)
  const now = clock.now()
  const [contacts, conversations, kept, exports, erasures, reveals, revealedUntil] = await Promise.all([
    contactsOf(db, id),
    keeping.conversationsOf(db, id),
    whatIsKept(deps, keeping, id),
    listExports(db, id),
    listErasures(db, id),
    listReveals(db, { ...NOBODY, customerId: id }, SHOWN),
    revealedTo(db, me.staffId, id, now),
  ])
  const sees = seesCustomer(me, null)
  const veil = veilOf(sees || revealedUntil !== null, customer.name)
  const [asked] = erasures.filter(({ state }) => state === 'asked')
  return page(
    c,
    deps,
    'privacy/customer',
    {
      customer: { ...customer, name: veil.name },
      contacts: contacts.map((one) => ({ ...one, value: veil.contact(one.value) })),
      conversations: conversations.map((one) => ({ ...one, over: IS_OVER.includes(one.state) })),
      ...kept,
      exports,
      erasures: erasures.filter(({ state }) => state !== 'asked'),
      asked,
      reveals,
      revealedUntil,
      mayReveal: !customer.erasedAt && !veil.inFull,
      revealReasons: REVEAL_REASONS,
      erasureReasons: ERASURE_REASONS,
      ...values,
    },
    status,
  )
}
