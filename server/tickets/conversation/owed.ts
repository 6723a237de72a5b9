import type { Veil } from '../../customers/privacy/rules.ts'
import { localOf, MINUTE, plus, SECOND } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import { ticketsOfCustomer } from '../customer-side/queries.ts'
import { findMergeOf, listOrigins } from '../merging/queries.ts'
import { listMessages } from '../messages/queries.ts'
import { openPromisesOf } from '../promises/queries.ts'
import { PROMISE_KINDS } from '../promises/rules.ts'
import { getTicket, type TicketView } from '../queries.ts'
import { clocksOf, priorityOf } from '../sla/queries.ts'
import { PRIORITIES, WARN_AT } from '../sla/rules.ts'
import { waitWithOthers } from '../waiting/queries.ts'

type House = Pick<Deps, 'db' | 'clock' | 'config'>
const MOST = 8
const SOON_MINUTES = 30
const MERGEABLE = ['new', 'queued', 'open']

/** What is still owed on a ticket: promises with their time, the clock of its solution, and who else has it. */
export async function owedOf({ db, clock, config }: House, ticket: TicketView) {
  const now = clock.now()
  const [promises, clocks, withOthers, priority] = await Promise.all([
    openPromisesOf(db, ticket.id),
    clocksOf(db, ticket.id),
    waitWithOthers(db, ticket.id),
    priorityOf(db, ticket.id),
  ])
  const solution = clocks.findLast(({ kind, endedAt }) => kind === 'resolution' && !endedAt)
  const soon = localOf(plus(now, SOON_MINUTES * MINUTE), config.timeZone)
  return {
    promises: promises.map((one) => ({
      ...one,
      due: { at: one.dueAt, tone: toneOf(one.madeAt, one.dueAt, now), seconds: secondsBetween(one.madeAt, one.dueAt) },
    })),
    promiseKinds: PROMISE_KINDS,
    soon: `${soon.date}T${soon.time}`,
    solution: solution?.dueAt
      ? { at: solution.dueAt, tone: toneOf(solution.startedAt, solution.dueAt, now), seconds: solution.targetSeconds }
      : null,
    withOthers,
    priority,
    priorities: PRIORITIES,
  }
}

/** Requests that are part of this one, with what was said in them; and others of this customer that could be. */
export async function mergesOf({ db }: House, ticket: TicketView & { readonly veil: Veil }) {
  const { veil } = ticket
  const [origins, merge, others] = await Promise.all([
    listOrigins(db, ticket.id),
    ticket.state === 'merged' ? findMergeOf(db, ticket.id) : undefined,
    ticketsOfCustomer(db, ticket.customer_id, MOST),
  ])
  const into = merge && (await getTicket(db, merge.into))
  return {
    origins: await Promise.all(
      origins.map(async (one) => ({
        ...one,
        subject: veil.words(one.subject),
        words: (await listMessages(db, one.ticketId, 0)).map((word) => ({
          ...wordOf(word),
          body: veil.words(word.body),
        })),
      })),
    ),
    mergedInto: into ? { id: into.id, number: into.number } : null,
    mergeable: await Promise.all(
      others
        .filter(({ id, state }) => id !== ticket.id && MERGEABLE.includes(state))
        .map(async (one) => ({
          ...one,
          subject: veil.words(one.subject),
          with: (await getTicket(db, one.id)).assignment,
        })),
    ),
  }
}

const wordOf = ({ author, body, at, name, nameEn, seq }: Awaited<ReturnType<typeof listMessages>>[number]) => ({
  author,
  body,
  at: new Date(at),
  name,
  nameEn,
  seq,
})

const secondsBetween = (from: Date, to: Date): number => Math.max(1, (to.getTime() - from.getTime()) / SECOND)

/** The lamp in the last quarter of the time, bad past its end. */
function toneOf(from: Date, to: Date, now: Date): 'quiet' | 'lamp' | 'bad' {
  if (now > to) return 'bad'
  const used = (now.getTime() - from.getTime()) / Math.max(1, to.getTime() - from.getTime())
  return used >= WARN_AT ? 'lamp' : 'quiet'
}
