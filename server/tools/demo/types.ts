import type { Post, Rank, StandingRole } from '../../kernel/capabilities.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import type { CannedKind } from '../../knowledge/replies/rules.ts'

/** Somebody of the demo company. */
export type DemoPerson = {
  number: string
  name: string
  nameEn: string
  department: string
  rank: Rank
  roles: StandingRole[]
  posts: Post[]
  skills: string[]
  languages: Language[]
}
export type DemoTopic = { code: string; parent: string | null; name: Bilingual; skill: string | null }
export type DemoCanned = { shortcut: string; title: Bilingual; body: Bilingual; kind: CannedKind; topic: string | null }

/** One thing said: by the customer, by the agent of the moment, or among colleagues. Seconds after the one before. */
export type DemoLine = { by: 'customer' | 'agent' | 'note' | 'transfer'; after: number; text: string }

/** A conversation as it was. Old ones begin so many minutes after 22:00 of a night some nights ago, present ones some minutes ago. */
export type DemoConversation = {
  customer: string
  language: Language
  contact: string
  topic: string
  channel: 'web' | 'widget' | 'form' | 'phone' | 'mail'
  page: string
  state: 'queued' | 'open' | 'resolved' | 'closed' | 'new' | 'spam'
  begins: { nightsAgo: number; minute: number } | { minutesAgo: number }
  lines: DemoLine[]
  need?: string
  result?: string
  rating?: { service: number; product: number | null; reasons: string[]; comment: string }
  complaint?: boolean
}
