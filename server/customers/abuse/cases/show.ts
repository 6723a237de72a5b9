import type { AbuseCaseId } from '../../../kernel/ids.ts'
import type { Refusal } from '../../../kernel/refusal.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Deps } from '../../../web/deps.ts'
import type { SignedIn } from '../../../web/env.ts'
import { seesCustomer, veilOf } from '../../privacy/rules.ts'
import { contactsOf, customerOf } from '../../queries.ts'
import { rangeOfCustomer } from '../measures/queries.ts'
import { getCase } from '../queries.ts'
import {
  abuseMoves,
  DUTIES,
  daysAfter,
  hoursAfter,
  upheldBy,
  whyNotAnswerAppeal,
  whyNotConfirm,
  whyNotRefuseBan,
} from '../rules.ts'
import { earlierCases, type FlagView, flagsOf, stepsOf } from './queries.ts'
import type { Said, Witness } from './witness.ts'

const EARLIER = 5

/** Everything on the page of a case, and what this colleague may decide about it, or why not. @throws NotFound */
export async function casePageOf(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  me: SignedIn,
  id: AbuseCaseId,
  witness: Witness,
) {
  const now = clock.now()
  const row = await getCase(db, id)
  const [flags, steps, settings, customer, contacts, earlier, range] = await Promise.all([
    flagsOf(db, id),
    stepsOf(db, id),
    currentSettings(db),
    customerOf(db, row.customerId),
    contactsOf(db, row.customerId),
    earlierCases(db, row, EARLIER),
    rangeOfCustomer(db, row.customerId, now),
  ])
  // Whoever leads the night sees all; whoever decides by day sees what was said, and not by whom (row 57).
  const veil = veilOf(seesCustomer(me, null), customer.name)
  const tickets = await witness.ticketsOf(db, [...new Set(flags.map(({ ticketId }) => ticketId))])
  const veiledTicket = (one: (typeof tickets)[number] | undefined) =>
    one && { ...one, subject: veil.words(one.subject) }
  const evidence = await Promise.all(
    flags.map(async (flag) => ({
      ...flag,
      note: veil.words(flag.note),
      ticket: veiledTicket(tickets.find((one) => one.id === flag.ticketId)),
      words: chosen(await witness.wordsOf(db, flag.ticketId, flag.upto), flag).map((word) => ({
        ...word,
        body: veil.words(word.body),
      })),
    })),
  )
  const flaggedBy = flags.map((flag) => flag.flaggedBy)
  const leads = me.capabilities.has('abuse.lead')
  const decides = me.capabilities.has('abuse.decide')
  const pending = row.state === 'limited' && row.proposedBy !== null
  const asked = row.state === 'banned' && row.appealedAt !== null && row.answeredAt === null
  const may = (right: boolean, why: Refusal | null): boolean => right && why === null
  const { abuseLimitHours, abuseLimitMostHours, abuseBanDays, abuseBanMostDays, abuseWarningDays } = settings
  return {
    case: { ...row, range: row.range !== null, appeal: veil.words(row.appeal), answer: veil.words(row.answer) },
    /** How many other customers asked from the customer's address range lately; null: no range is known. */
    range: range && {
      others: range.others,
      shared: range.others > settings.abuseRangeMost,
      most: settings.abuseRangeMost,
    },
    customer: { ...customer, name: veil.name },
    contacts: contacts.map((one) => ({ ...one, value: veil.contact(one.value) })),
    evidence,
    steps: steps.map((one) => ({ ...one, why: veil.words(one.why) })),
    earlier,
    pending,
    asked,
    proposedName: steps.findLast(({ act }) => act === 'propose')?.by,
    may: {
      warn: leads && abuseMoves[row.state].warn !== undefined,
      limit: leads && abuseMoves[row.state].limit !== undefined,
      propose: leads && row.state === 'limited' && !pending,
      lift: leads && abuseMoves[row.state].lift !== undefined,
      confirm: pending && may(decides, whyNotConfirm(row, me.staffId, flaggedBy)),
      refuse: pending && may(decides || row.proposedBy === me.staffId, whyNotRefuseBan(row, me.staffId, flaggedBy)),
      answer: asked && may(decides, whyNotAnswerAppeal(row, me.staffId, flaggedBy)),
    },
    /** Why this colleague is not the one who decides what waits. */
    notMe: pending
      ? (whyNotConfirm(row, me.staffId, flaggedBy)?.code ?? (decides ? null : 'abuse.not_second'))
      : asked
        ? (whyNotAnswerAppeal(row, me.staffId, flaggedBy)?.code ?? (decides ? null : 'abuse.not_second'))
        : null,
    duties: DUTIES,
    /** Nobody takes their own work out of the appraisal. */
    ownFlag: flags.length > 0 && upheldBy(flags, me.staffId).length === 0,
    suggested: { hours: abuseLimitHours, days: abuseBanDays },
    most: { hours: abuseLimitMostHours, days: abuseBanMostDays },
    ends: {
      warning: daysAfter(now, abuseWarningDays),
      limit: hoursAfter(now, abuseLimitHours),
      ban: daysAfter(now, row.proposedDays ?? abuseBanDays),
    },
  }
}

/** The words that were chosen, else everything up to the moment of the flag; what the house said is no evidence. */
const chosen = (words: readonly Said[], { seqs }: FlagView) =>
  words
    .filter(({ author, seq }) => (seqs ? seqs.includes(seq) : author !== 'house'))
    .map((word) => ({ ...word, at: new Date(word.at) }))
