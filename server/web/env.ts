import type { Capability, Post } from '../kernel/capabilities.ts'
import type {
  AlarmId,
  CallId,
  EscalationOfferId,
  NoticeId,
  OfferId,
  PresenceQuestionId,
  SessionId,
  StaffId,
} from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import type { Malformed } from '../kernel/refusal.ts'
import type { Actor } from '../platform/actor.ts'

export type Theme = 'dark' | 'light' | 'auto'

/** The person behind a staff session, as of this request. */
export type SignedIn = {
  readonly sessionId: SessionId
  readonly staffId: StaffId
  readonly number: string
  readonly name: string
  readonly nameEn: string
  readonly department: Bilingual
  readonly language: Language | null
  readonly capabilities: ReadonlySet<Capability>
  /** What they may do on their posts and not now, because they are on none. */
  readonly offPost: ReadonlySet<Capability>
  readonly actor: Actor
  /** The post held now: checked in on a shift that covers this instant, or kept on after it (`extended`). */
  readonly duty: {
    readonly post: Post
    readonly until: Date
    readonly state: 'on_duty' | 'on_break' | 'extended'
  } | null
}

/** Around the content of every staff page. */
export type StaffFrame = {
  /** Numbers on the rail: how many things need this person there. */
  readonly counts: {
    readonly desk?: number
    /** Callbacks that are owed, and calls to be written down. */
    readonly calls?: number
    readonly board?: number
    readonly escalations?: number
    readonly incidents?: number
    readonly abuse?: number
    /** Contested ratings that wait for a second person. */
    readonly satisfaction?: number
    /** Unread reminders, at the bell. */
    readonly reminders?: number
  }
  /** The offer that waits for this person's press, a customer or a request of colleagues: every staff page rings for it. */
  readonly offer: {
    readonly kind: 'customer' | 'request' | 'call'
    readonly id: OfferId | EscalationOfferId | CallId
    readonly expiresAt: Date
    readonly seconds: number
  } | null
  /** The newest alarm that rings at this person until somebody settles it. */
  readonly alarm: AlarmId | null
  /** What this person was told and has not opened: rings once each time it is told, louder each time. */
  readonly notice: { readonly id: NoticeId; readonly sound: 'duty' | 'important'; readonly round: number } | null
  /** The question at random whether this person is at their post, until it is answered (REGULATION row 55). */
  readonly presence: { readonly id: PresenceQuestionId; readonly answerBy: Date; readonly seconds: number } | null
  /** True for HR, administrators and the group itself where nobody heads the leadership group (REGULATION row 5). */
  readonly leaderless: boolean
  /** The night line: positions in per cent of 0..100; empty where this person has no shift near. */
  readonly nightLine: {
    readonly label: { readonly from: Date; readonly to: Date }
    readonly now: number | null
    readonly mine: { readonly x: number; readonly width: number } | null
    readonly hours: readonly { readonly x: number; readonly text: string }[]
    /** What is due from this person: done, lost, due now, or ahead. */
    readonly ticks: readonly { readonly x: number; readonly look: 'done' | 'lost' | 'due' | '' }[]
  } | null
}

export type Env = {
  Variables: {
    nonce: string
    requestId: string
    /** Whether this reader reaches us by https, also where a proxy of ours ends it. */
    secure: boolean
    language: Language
    theme: Theme
    /** Path and query of the page that this reader stands on (web/standing.ts). */
    here: () => string
    /** Set by the guard on staff routes. */
    me: SignedIn
    /** The body as bytes decoded strictly; read through web/forms.ts. */
    body: Body | undefined
  }
}

/** A file of a form: its bytes, and the name that its sender gave it, which is data and nothing else. */
export type UploadedFile = { readonly bytes: Uint8Array; readonly name: string }

export type Body =
  /** `files` where the route takes any (web/uploads.ts), by the name of their field. */
  | { readonly kind: 'form'; readonly fields: URLSearchParams; readonly files?: ReadonlyMap<string, UploadedFile> }
  | { readonly kind: 'json'; readonly value: unknown }
  /** Not to be read. Said by whoever asks for it, so that who may not ask at all is told that first. */
  | {
      readonly kind: 'refused'
      readonly reason: Malformed
      /** What a form held as far as it can be read: to show it again, never to act on it. */
      readonly typed?: URLSearchParams | undefined
    }
