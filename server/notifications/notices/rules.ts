import type {
  HookChannel,
  NoticeChannel,
  NoticeImportance,
  NoticeKind,
  ReminderKind,
} from '../../events/notifications.ts'

/** What of a kind holds unless a person or a caller says otherwise. */
type KindRule = {
  readonly importance: NoticeImportance
  /** Beside the page, which cannot be switched off. */
  readonly channels: readonly NoticeChannel[]
  /** Its letter is written elsewhere, with links of its own: no second one. */
  readonly ownLetter?: true
  /** Stands in the bell's list by itself already. */
  readonly ownLine?: true
  /** Not seen for hours: another channel, and HR sees it (REGULATION row 21). */
  readonly proof?: true
  /** Told to a whole company at once, and nobody waits for it: by letter a few at a time, so that the night goes on. */
  readonly patient?: true
}

export const KINDS: Readonly<Record<NoticeKind, KindRule>> = {
  alarm: { importance: 'duty', channels: ['push', 'sms', 'voice'] },
  incident: { importance: 'duty', channels: ['push', 'sms', 'voice', 'mail'] },
  request: { importance: 'info', channels: ['push', 'mail'], ownLetter: true },
  answer: { importance: 'info', channels: ['push'] },
  promise: { importance: 'info', channels: ['push', 'mail'], ownLetter: true, ownLine: true },
  follow_up: { importance: 'info', channels: ['mail'], ownLetter: true, ownLine: true },
  unaccepted: { importance: 'important', channels: ['push', 'mail'], ownLetter: true, ownLine: true },
  roster: { importance: 'important', channels: ['mail', 'push'], proof: true },
  attendance: { importance: 'important', channels: ['push'] },
  appraisal: { importance: 'info', channels: ['mail', 'push'], patient: true },
  recognition: { importance: 'info', channels: ['push'], patient: true },
  document: { importance: 'info', channels: ['mail', 'push'] },
  brief: { importance: 'info', channels: ['push', 'mail'] },
  away: { importance: 'info', channels: [] },
  test: { importance: 'info', channels: ['push'] },
}

/** Kinds that the bell's list has by itself. */
export const OWN_LINES = (Object.keys(KINDS) as NoticeKind[]).filter((kind) => KINDS[kind].ownLine)

/** Kinds whose letters wait for each other. */
export const PATIENT = (Object.keys(KINDS) as NoticeKind[]).filter((kind) => KINDS[kind].patient)

/** What rings at whoever is duty manager, whoever that is by then. */
export const OF_THE_DUTY_MANAGER = ['alarm', 'incident'] as const satisfies readonly NoticeKind[]

/** What a person may choose for; the rest follows from what happened. */
export const CHOSEN_KINDS = [
  'alarm',
  'incident',
  'request',
  'answer',
  'promise',
  'unaccepted',
  'roster',
  'attendance',
  'appraisal',
  'recognition',
  'document',
  'brief',
] as const satisfies readonly NoticeKind[]
export const CHOSEN_CHANNELS = ['mail', 'push', 'sms', 'voice'] as const satisfies readonly NoticeChannel[]
/** Those that ring, the gentlest first: the order in which they follow each other. */
export const WAKING = ['push', 'sms', 'voice'] as const satisfies readonly NoticeChannel[]
export const ROBOTS = ['wecom', 'dingtalk', 'feishu'] as const satisfies readonly HookChannel[]
export const GATEWAYS = ['sms', 'voice'] as const satisfies readonly HookChannel[]

/** Kinds that one cannot be without a letter of, because it carries the links by which they act. */
export const isFixed = (kind: NoticeKind, channel: NoticeChannel): boolean => kind === 'request' && channel === 'mail'

/** A burst of the same becomes one notice; a duty page counts for as long as nobody has read it. */
export const FOLD_SECONDS = 60

/** Whoever is on post is rung; anybody else only by what is no duty page, and never at night. */
export const mayWake = (importance: NoticeImportance, at: { onPost: boolean; night: boolean }): boolean =>
  at.onPost || (importance !== 'duty' && !at.night)

/** How somebody can be reached now. */
export type Reach = {
  readonly wakes: boolean
  /** Channels that lead to this person: a device, a number and a gateway for it. */
  readonly can: ReadonlySet<NoticeChannel>
}
export type Ladder = { readonly atOnce: readonly NoticeChannel[]; readonly later: readonly NoticeChannel[] }
type What = { readonly kind: NoticeKind; readonly importance: NoticeImportance }

/** What goes at once, and what follows one by one while nothing has arrived. */
export function ladderOf({ kind, importance }: What, chosen: readonly NoticeChannel[], reach: Reach): Ladder {
  const { ownLetter, proof } = KINDS[kind]
  const waking = reach.wakes ? WAKING.filter((one) => chosen.includes(one) && reach.can.has(one)) : []
  const unwoken = importance === 'duty' && !reach.wakes
  const mail: NoticeChannel[] = !ownLetter && (chosen.includes('mail') || unwoken) ? ['mail'] : []
  if (importance !== 'duty') {
    const others: NoticeChannel[] = [...(mail.length > 0 || ownLetter ? [] : ['mail' as const]), ...WAKING]
    const later = proof ? others.filter((one) => !waking.includes(one as never) && reach.can.has(one)) : []
    return { atOnce: ['page', ...mail, ...waking], later }
  }
  const last: NoticeChannel[] = mail.length === 0 && !unwoken ? ['mail'] : []
  return { atOnce: ['page', ...mail, ...waking.slice(0, 1)], later: [...waking.slice(1), ...last] }
}

/** The page alone proves nothing: it may stand on a screen that nobody looks at. */
export const isDelivered = (deliveries: readonly { channel: NoticeChannel; state: string }[]): boolean =>
  deliveries.some(({ channel, state }) => channel !== 'page' && (state === 'sent' || state === 'seen'))

/** A duty page wants the press; of anything else it is enough to have opened it. */
export const hasReceipt = (
  importance: NoticeImportance,
  { seenAt, readAt }: { seenAt: Date | null; readAt: Date | null },
): boolean => readAt !== null || (importance !== 'duty' && seenAt !== null)

/** Those whose page tells who has read them. */
export const wantsReceipt = (importance: NoticeImportance): boolean => importance !== 'info'

/** Which sound a page of ours makes for it; it grows where it is told again. */
export const soundOf = (importance: NoticeImportance): 'duty' | 'important' | null =>
  importance === 'info' ? null : importance

/** Told this often, a page that still nobody reads is told more rarely: whoever is above has long been told. */
export const OFTEN_ROUNDS = 12

/** Whoever comes back after this long finds one digest instead of everything one by one. */
export const AWAY_HOURS = 8
export const AWAY_NOTICES = 3

/** As what a person chooses channels for a reminder. */
export const KIND_OF: Readonly<Record<ReminderKind, NoticeKind>> = {
  promise_soon: 'promise',
  promise_broken: 'promise',
  follow_up: 'follow_up',
  unaccepted: 'unaccepted',
  ban_proposed: 'request',
  ban_appealed: 'request',
}
