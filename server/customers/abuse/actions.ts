import type { ConductDuty } from '../../events/abuse.ts'
import { instant } from '../../events/event.ts'
import type { AbuseCaseId, CustomerId, StaffId, TicketId } from '../../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { type FlagView, flagsOf, stepsOf } from './cases/queries.ts'
import { rangeOfCustomer } from './measures/queries.ts'
import { whyNotRange } from './measures/rules.ts'
import type { CaseRow } from './queries.ts'
import * as cases from './queries.ts'
import {
  type AbuseAct,
  daysAfter,
  heldUntil,
  hoursAfter,
  upheldBy,
  whyNotConfirm,
  whyNotPropose,
  whyNotRefuseBan,
  whyNotSoLong,
  whyNotStep,
  whyNotWithout,
} from './rules.ts'

export type Flag = {
  readonly customerId: CustomerId
  readonly ticketId: TicketId
  readonly reason: ConductDuty
  /** For colleagues; may be empty. */
  readonly note: string
  /** The messages that show it; null: all up to `upto`, which is the last there is. */
  readonly seqs: readonly number[] | null
  readonly upto: number
}

/** The panic key. One open case a customer: what is flagged later joins it. Pressed twice is once. */
export async function flagCustomer(tx: Tx, flag: Flag): Promise<AbuseCaseId> {
  need(tx, 'desk.work')
  const { customerId, ticketId, reason } = flag
  const by = staffOf(tx)
  const { id: caseId } = await cases.ensureOpenCase(tx, customerId, reason)
  if (await cases.insertFlag(tx, { ...flag, caseId, by }))
    await announce(tx, 'abuse.flagged', { caseId, customerId, ticketId, by, reason }, about(caseId, ticketId))
  return caseId
}

/** What a decision was taken on: the case as its page showed it. */
export type Seen = { readonly version: number; readonly why: string }

/** Whether it shall hold for new visitors of the customer's address range too. */
export type Beside = { readonly range?: boolean | undefined }

/** Told what they are held to, and that the next time has consequences. May be said again while it stands. */
export async function warnCustomer(
  tx: Tx,
  id: AbuseCaseId,
  { duty, ...seen }: Seen & { duty: ConductDuty },
): Promise<void> {
  const found = await open(tx, id, 'warn', seen)
  if (!found) return
  const { flags, by } = found
  const { abuseWarningDays } = await currentSettings(tx.db)
  const until = daysAfter(tx.now, abuseWarningDays)
  await cases.setCase(tx, id, { state: 'warned', duty, until })
  await step(tx, { id, act: 'warn', by, why: seen.why, until })
  const told = { ...decided(found, by), duty, until: instant(until) }
  await announce(tx, 'abuse.warned', told, about(id, ...ticketsOf(flags)))
}

/** Slower, and one request at a time, for so many hours. */
export async function limitCustomer(
  tx: Tx,
  id: AbuseCaseId,
  { hours, range = false, ...seen }: Seen & Beside & { hours: number },
): Promise<void> {
  const { abuseLimitMostHours, abusePaceSeconds } = await currentSettings(tx.db)
  const found = await open(tx, id, 'limit', seen, whyNotSoLong(hours, abuseLimitMostHours, 'hours'))
  if (!found) return
  const { flags, by } = found
  const until = hoursAfter(tx.now, hours)
  const beside = await besideOf(tx, found, range)
  await cases.setCase(tx, id, { state: 'limited', until, pace_seconds: abusePaceSeconds, range_hash: beside })
  await step(tx, { id, act: 'limit', by, why: seen.why, until, withRange: range })
  await announce(tx, 'abuse.limited', { ...decided(found, by), until: instant(until) }, about(id, ...ticketsOf(flags)))
}

/** A ban of so many days, for a second person to decide about; the limit holds meanwhile. */
export async function proposeBan(tx: Tx, id: AbuseCaseId, { days, ...seen }: Seen & { days: number }): Promise<void> {
  const { abuseBanMostDays, abuseDecideHours } = await currentSettings(tx.db)
  const found = await open(tx, id, 'propose', seen, whyNotSoLong(days, abuseBanMostDays, 'days'))
  if (!found) return
  const { row, by } = found
  refuse(whyNotPropose(row))
  const until = heldUntil(row.until ?? tx.now, tx.now, abuseDecideHours)
  await cases.setCase(tx, id, { proposed_by: by, proposed_at: tx.now, proposed_days: days, until })
  await step(tx, { id, act: 'propose', by, why: seen.why, until: daysAfter(tx.now, days) })
  await announce(tx, 'abuse.ban_proposed', { ...who(found), by, days }, about(id))
}

/** No ban: the second person says so, or whoever proposed it takes it back. */
export async function refuseBan(tx: Tx, id: AbuseCaseId, seen: Seen): Promise<void> {
  const found = await open(tx, id, 'refuse', seen)
  if (!found) return
  const { row, by, flags } = found
  if (row.proposedBy !== by) need(tx, 'abuse.decide')
  refuse(whyNotRefuseBan(row, by, flaggers(flags)))
  await cases.setCase(tx, id, { proposed_by: null, proposed_at: null, proposed_days: null })
  await step(tx, { id, act: 'refuse', by, why: seen.why, until: null })
  await announce(tx, 'abuse.ban_refused', { ...who(found), by }, about(id))
}

/** The second person's word: from now on for the days that were proposed. */
export async function confirmBan(tx: Tx, id: AbuseCaseId, { range = false, ...seen }: Seen & Beside): Promise<void> {
  need(tx, 'abuse.decide')
  const found = await open(tx, id, 'ban', seen)
  if (!found) return
  const { row, by, flags } = found
  refuse(whyNotConfirm(row, by, flaggers(flags)))
  const { abuseBanMostDays } = await currentSettings(tx.db)
  const until = daysAfter(tx.now, Math.min(row.proposedDays ?? 1, abuseBanMostDays))
  const beside = await besideOf(tx, found, range)
  await cases.setCase(tx, id, { state: 'banned', until, confirmed_by: by, range_hash: beside })
  await step(tx, { id, act: 'ban', by, why: seen.why, until, withRange: range })
  await announce(tx, 'abuse.banned', { ...decided(found, by), until: instant(until) }, about(id, ...ticketsOf(flags)))
}

/** Before its time: it is enough, or it was wrong and what left the appraisal comes back. */
export async function liftCase(
  tx: Tx,
  id: AbuseCaseId,
  { how, ...seen }: Seen & { how: 'eased' | 'wrong' },
): Promise<void> {
  const found = await open(tx, id, 'lift', seen)
  if (!found) return
  await lift(tx, found, { by: found.by, how, act: 'lift', why: seen.why })
}

/** Its time is over. */
export async function expireCase(tx: Tx, id: AbuseCaseId): Promise<void> {
  const row = await cases.lockCase(tx, id)
  if (!row.until || row.until > tx.now) return
  await lift(tx, { row, flags: await flagsOf(tx.db, id) }, { by: null, how: 'expired', act: 'expire', why: '' })
}

type Lifting = { by: StaffId | null; how: 'expired' | 'eased' | 'wrong'; act: 'lift' | 'expire'; why: string }
type Found = { readonly row: CaseRow; readonly flags: readonly FlagView[] }

/** Ends a locked case. */
export async function lift(tx: Tx, found: Found, { by, how, act, why }: Lifting): Promise<void> {
  const { row, flags } = found
  if (row.state === 'lifted') return
  await cases.setCase(tx, row.id, {
    state: 'lifted',
    until: null,
    range_hash: null,
    lifted_at: tx.now,
    lifted_why: how,
  })
  await step(tx, { id: row.id, act, by, why, until: null })
  const told = { ...who(found), by, why: how, from: row.state }
  await announce(tx, 'abuse.lifted', told, about(row.id, ...ticketsOf(flags)))
}

/**
 * The case, locked, for a decision of whoever leads the night or decides; undefined where this very press has been done.
 * @throws Refusal where somebody decided since the page was drawn, or no such step leads on from here
 */
export async function open(
  tx: Tx,
  id: AbuseCaseId,
  act: AbuseAct,
  { version, why }: Seen,
  first: Refusal | null = null,
): Promise<(Found & { readonly by: StaffId }) | undefined> {
  if (act === 'ban' || act === 'refuse' || act === 'uphold') need(tx, 'abuse.read')
  else need(tx, 'abuse.lead')
  const by = staffOf(tx)
  const row = await cases.lockCase(tx, id)
  if (row.version !== version) {
    const last = (await stepsOf(tx.db, id)).at(-1)
    if (last?.staffId === by && (last.act === act || (act === 'uphold' && last.act === 'lift'))) return undefined
    throw refusal('abuse.decided_meanwhile')
  }
  refuse(whyNotStep(row.state, act) ?? first ?? whyNotWithout(why))
  return { row, by, flags: await flagsOf(tx.db, id) }
}

type Stepping = Omit<Parameters<typeof cases.insertStep>[1], 'caseId'> & { id: AbuseCaseId }
const step = (tx: Tx, { id, ...rest }: Stepping) => cases.insertStep(tx, { caseId: id, ...rest })

/** The range of the customer, where it was asked for and may be taken. @throws Refusal abuse.range_unknown | abuse.range_shared */
async function besideOf(tx: Tx, { row }: Found, wanted: boolean): Promise<Buffer | null> {
  if (!wanted) return null
  const { abuseRangeMost } = await currentSettings(tx.db)
  const known = await rangeOfCustomer(tx.db, row.customerId, tx.now)
  refuse(whyNotRange(known?.others ?? null, abuseRangeMost))
  return known?.hash ?? null
}

const flaggers = (flags: readonly FlagView[]): StaffId[] => flags.map(({ flaggedBy }) => flaggedBy)
const ticketsOf = (flags: readonly FlagView[]): TicketId[] => [...new Set(flags.map(({ ticketId }) => ticketId))]

/** Of a case without a flag there is none: it begins with one. */
export function who({ row, flags }: Found): { caseId: AbuseCaseId; customerId: CustomerId; ticketId: TicketId } {
  const last = flags.at(-1)
  if (!last) throw new Error(`the case ${row.id} has no flag`)
  return { caseId: row.id, customerId: row.customerId, ticketId: last.ticketId }
}
const decided = (found: Found, by: StaffId) => ({ ...who(found), by, upheld: upheldBy(found.flags, by) as TicketId[] })

export const about = (id: AbuseCaseId, ...tickets: readonly TicketId[]): { about: string[] } => ({
  about: [`abuse:${id}`, 'abuse', 'board', ...tickets.map((ticket) => `ticket:${ticket}`)],
})
