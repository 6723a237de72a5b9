import type { Bilingual } from '../kernel/language.ts'
import type { Reader } from '../schema.ts'

/** A reply kept ready, found by what one types after the slash. */
export type CannedReply = { shortcut: string; title: Bilingual; body: Bilingual }

/** Those in use, by their shortcut. */
export const listCanned = (db: Reader): Promise<CannedReply[]> =>
  db
    .selectFrom('canned_replies')
    .select(['shortcut', 'title', 'body'])
    .where('active', '=', true)
    .orderBy('shortcut')
    .execute()
