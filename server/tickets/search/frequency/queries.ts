import { sql } from 'kysely'
import type { Reader } from '../../../schema.ts'

/** What PostgreSQL has counted of the index of messages when it last looked (`analyze`). */
type Counted = {
  /** Words said often, and in which share of the messages each is. */
  readonly often: ReadonlyMap<string, number>
  /** Words that are not among them are in a smaller share. */
  readonly least: number
  readonly messages: number
}
const FRESH_MILLISECONDS = 600_000
const known = new WeakMap<Reader, { readonly at: number; readonly counted: Promise<Counted> }>()

/**
 * Whether at most `most` messages hold the words of a `tsquery`, as far as PostgreSQL has counted; false where it has not.
 * It decides how the words are looked up, never what is found.
 */
export async function isSeldom(db: Reader, query: string, most: number): Promise<boolean> {
  if (query === '') return false
  const { often, least, messages } = await countedIn(db)
  if (often.size === 0) return false
  const share = Math.min(...query.split(' & ').map((part) => shareOf(part, often) ?? least))
  return share * messages <= most
}

/** Of `'word'`, or of all that begin with it: `'word':*`; undefined where none is said often. */
function shareOf(part: string, often: ReadonlyMap<string, number>): number | undefined {
  const [, word = '', open] = /^'(.*)'(:\*)?$/.exec(part) ?? []
  if (!open) return often.get(word)
  const such = [...often].filter(([one]) => one.startsWith(word))
  return such.length > 0 ? such.reduce((sum, [, share]) => sum + share, 0) : undefined
}

function countedIn(db: Reader): Promise<Counted> {
  const kept = known.get(db)
  if (kept && performance.now() - kept.at < FRESH_MILLISECONDS) return kept.counted
  const counted = count(db)
  known.set(db, { at: performance.now(), counted })
  counted.catch(() => known.delete(db))
  return counted
}

async function count(db: Reader): Promise<Counted> {
  const { rows } = await sql<{ words: string[] | null; shares: number[] | null; messages: number }>`
    select s.most_common_elems::text::text[] as words, s.most_common_elem_freqs as shares, c.reltuples as messages
    from pg_class c left join pg_stats s on s.schemaname = current_schema() and s.tablename = 'messages_words'
    where c.oid = 'messages'::regclass`.execute(db)
  const { words, shares, messages = 0 } = rows[0] ?? {}
  const often = new Map((words ?? []).map((word, at) => [word, shares?.[at] ?? 0] as const))
  return { often, least: Math.min(...often.values(), 1), messages }
}
