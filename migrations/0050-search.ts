import { type Kysely, sql } from 'kysely'

/** Indexes are built while people write; every step may be repeated. */
export const concurrent = true

/** Han, kana, hangul: scripts without spaces between words. */
const HAN = String.raw`\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff`
/** Digits, and letters of scripts with spaces between words, in lower case. */
const WORD = String.raw`a-z0-9\u00b5\u00df-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u1e00-\u1fff`

/** What was said and noted, how it was solved, and who asked, by their words; contacts also from their end. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql.raw(WORDS_OF).execute(db)
  // What waits to be sorted in is read by every search and sorted in by whoever fills it, so it is kept short.
  const gin = (table: string, text: string, where = '') =>
    `${table} using gin (words_of(${text})) with (gin_pending_list_limit = 512)${where && ` where ${where}`}`
  for (const [name, on] of [
    ['messages_words', gin('messages', 'body', "author <> 'house'")],
    ['notes_words', gin('notes', 'body')],
    // The subject is the first line of the first message. While nothing is solved a ticket's next version costs nothing here.
    ['tickets_words', gin('tickets', "coalesce(need, '') || ' ' || result", 'result is not null')],
    ['customers_words', gin('customers', 'name')],
    ['contacts_by_end', 'contacts (reverse(value) text_pattern_ops)'],
  ] as const) {
    // One that was cut off half built is there and serves nobody.
    await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db)
    await sql`create index concurrently ${sql.ref(name)} on ${sql.raw(on)}`.execute(db)
  }
}

/**
 * Words in lower case (their first 40 letters), and of Han text each pair of neighbours and the last of a run alone: so
 * each letter begins something, and one letter is found as a beginning. Measured: 21 µs for a message of 20 letters.
 * Unsafe in parallel, so that no search begins by starting two processes: that alone took 80 ms.
 * server/tickets/search/rules.ts takes a question apart in the same way.
 */
const WORDS_OF = `
  create or replace function words_of(body text) returns tsvector
  language sql immutable strict parallel unsafe cost 500 as $$
    select array_to_tsvector(array_remove(string_to_array(
      regexp_replace(clean, '([${HAN}][${HAN}]?)', ' \\1 ', 'g') || ' ' ||
      regexp_replace(regexp_replace(clean, '(^|[^${HAN}])[${HAN}]', '\\1 ', 'g'), '([${HAN}][${HAN}]?)', ' \\1 ', 'g'), ' '), ''))
    from (select regexp_replace(regexp_replace(lower(body), '[^${HAN}${WORD}]+', ' ', 'g'), '([${WORD}]{40})[${WORD}]+', '\\1', 'g') as clean) c
  $$`
