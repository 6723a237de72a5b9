import { type Kysely, sql } from 'kysely'

/**
 * Which ratings of a month came with words, and which do not count and why, kept with the rest of the month: a page of a list
 * that reaches back two years reads as many rows as it shows. No words of anybody are kept, only where they are.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table satisfaction_said (
    rating_id bigint not null references ratings on delete cascade,
    month date not null references satisfaction_months,
    given_at timestamptz not null,
    channel text not null,
    category_id bigint,
    staff_id bigint,
    worded boolean not null,
    reason text,
    by text,
    primary key (rating_id, month)
  )`,
  `create index satisfaction_said_words on satisfaction_said (given_at, rating_id) where worded`,
  `create index satisfaction_said_excluded on satisfaction_said (given_at, rating_id) where reason is not null`,
  `create index satisfaction_said_month on satisfaction_said (month)`,
  // Words that come later, and words that are taken back, are a change as well.
  `drop trigger satisfaction_of_rating on ratings`,
  `create trigger satisfaction_of_rating
    after insert or delete or update of ticket_id, state, asked_at, handlers, service, product, reasons, comment, given_at on ratings
    for each row execute function note_changed_rating()`,
  // Every month is counted once more, now with this.
  `delete from satisfaction_asked`,
  `delete from satisfaction_people`,
  `delete from satisfaction_months`,
]
