import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { Group, Norm } from '../scoring/satisfaction/rules.ts'
import type { Item, Kept, Subject } from './rules.ts'

/**
 * Where the figures of a month come from. A feature that knows facts about people's work adds one of these to `evidence`
 * in server/reactions.ts, and nothing else: it is frozen, counted, explained and shown with the rest.
 */
export type Evidence = {
  readonly item: Item
  /** What `ref` of its facts is the id of. */
  readonly subject: Subject
  /** Where it has several: those that are recorded today. */
  readonly parts?: readonly string[]
  /** Read once a month and pass: what concerns everybody. */
  readonly gather: (db: Reader, asked: Asked) => Promise<Gathered>
}

export type Asked = {
  /** First day of the month, `2026-10-01`, and of the next. */
  readonly month: string
  readonly next: string
  /** The calendar month, for what arrives; and from noon to noon, so that nights stay whole. */
  readonly from: Date
  readonly to: Date
  readonly nights: { readonly from: Date; readonly to: Date }
  /** 90 days before the end. */
  readonly since: Date
  readonly zone: string
}

export type PostRates = Readonly<Partial<Record<Post, { readonly done: number; readonly of: number }>>>

export type Gathered = {
  /** Facts of some people, asked in small groups, so that nobody who works at night waits for it. */
  readonly factsOf: (
    db: Reader,
    people: readonly StaffId[],
    norm: Norm,
  ) => Promise<ReadonlyMap<StaffId, readonly Kept[]>>
  /** What each post reaches on the whole, over the trailing 90 days. */
  readonly rates?: PostRates
  /** What all ratings say together. */
  readonly ratings?: { readonly mean: number | null; readonly groups: readonly Group[] }
}
