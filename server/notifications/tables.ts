import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type {
  DeliveryState,
  HookChannel,
  NoticeChannel,
  NoticeImportance,
  NoticeKind,
  NoticePart,
} from '../events/notifications.ts'
import type { BriefLine } from './briefs/rules.ts'

export type NoticeTables = {
  /** What colleagues are told: a kind, how much it matters, and what it is about. No words: those come from the dictionaries. */
  notices: {
    id: Generated<string>
    kind: NoticeKind
    importance: NoticeImportance
    /** `alarm:job_failed`, `escalation:7`, `reminder:12`, `shift`, `hook:3`, `brief:2026-11-23`, `away`. */
    ref: string
    /** The page that it leads to. */
    path: string
    /** More of the same counts in this one while it is open, or until `fold_until`. */
    fold_key: string
    fold_until: Date | null
    count: Generated<number>
    made_at: Date
    last_at: Date
    settled_at: Optional<Date>
  }
  /** Who is told of it, and what they did. One page id a round, so that a receiver folds doubles (RELIABILITY 7). */
  notice_people: {
    id: Generated<string>
    notice_id: string
    staff_id: string
    part: NoticePart
    page_id: string
    round: Generated<number>
    /** On post, or a kind for which this person may be rung at this hour. */
    wakes: boolean
    told_at: Date
    seen_at: Optional<Date>
    /** "I have read it". */
    read_at: Optional<Date>
    /** When the next channel, or the next round, is looked at. */
    next_at: Date | null
    /** When the next person up is told. */
    up_at: Date | null
    /** The one digest that stands for it after an absence. */
    covered_by: Optional<string>
  }
  deliveries: {
    id: Generated<string>
    notice_id: string
    staff_id: string | null
    hook_id: string | null
    channel: NoticeChannel
    page_id: string
    state: DeliveryState
    attempts: Generated<number>
    /** A code of ours, or in the words of whoever refused. */
    error: Optional<string>
    mail_id: Optional<string>
    /** When it is to be tried, or, while it is on its way, when its fate is called unknown. */
    due_at: Date | null
    made_at: Date
    settled_at: Optional<Date>
  }
  /** A robot of a department or of the duty group, or the gateway for SMS or voice. The address is a secret. */
  hooks: {
    id: Generated<string>
    channel: HookChannel
    /** Null: of those on duty. */
    department_id: string | null
    address: string
    secret: string | null
    made_at: Date
    made_by: string | null
    removed_at: Optional<Date>
  }
  notice_choices: { staff_id: string; kind: NoticeKind; channels: NoticeChannel[]; chosen_at: Date }
  /** A browser that may be pushed to. */
  push_devices: {
    id: Generated<string>
    staff_id: string
    endpoint: string
    p256dh: string
    auth: string
    browser: string | null
    language: 'zh-CN' | 'en'
    made_at: Date
    gone_at: Optional<Date>
    gone_why: ColumnType<'person' | 'gone' | null, 'person' | 'gone' | null | undefined, 'person' | 'gone' | null>
  }
  /** The morning of one department. */
  digests: {
    id: Generated<string>
    department_id: string
    day: string
    state: 'due' | 'sent' | 'empty'
    due_at: Date
    fresh: Optional<number>
    overdue: Optional<number>
    written_at: Optional<Date>
  }
  /** The night in ten lines, with what the duty manager says of it (REGULATION row 11). */
  night_briefs: {
    id: Generated<string>
    night: string
    state: 'due' | 'draft' | 'sent' | 'empty'
    draft_at: Date
    due_at: Date
    lines: JSONColumnType<readonly BriefLine[], string | null, string | null> | null
    words: Generated<string>
    version: Generated<number>
    edited_by: Optional<string>
    edited_at: Optional<Date>
    sent_at: Optional<Date>
    sent_by: Optional<string>
  }
}

/** Nullable, and null where nobody says otherwise. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
