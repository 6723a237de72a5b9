import { createHash } from 'node:crypto'
import pg from 'pg'

/**
 * People, roster, customers and conversations straight into the tables: what the product would take an hour to be told.
 * Everybody's token follows from a number, so that the load programs know it without asking.
 */
export const tokenOf = (who: 'staff' | 'visitor', n: number): string =>
  createHash('sha256').update(`${who} ${n}`).digest('base64url')

/** The same in SQL, stored as the product stores it. */
const hashOf = (who: string, n: string): string =>
  `sha256(convert_to(rtrim(translate(encode(sha256(convert_to('${who} ' || ${n}, 'UTF8')), 'base64'), '+/', '-_'), '='), 'UTF8'))`

/** Runs statements on a database, one after the other. */
export async function fill(url: string, statements: readonly (string | readonly [string, unknown[]])[]): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    for (const statement of statements)
      await (typeof statement === 'string' ? client.query(statement) : client.query(statement[0], statement[1]))
  } finally {
    await client.end()
  }
}

/** The same with these indexes made anew at the end: to sort in a million rows one by one takes ten times as long. */
export async function fillUnindexed(
  url: string,
  indexes: readonly string[],
  statements: readonly string[],
): Promise<void> {
  const rows = await ask<{ definition: string }>(
    url,
    'select pg_get_indexdef(indexrelid) as definition from pg_index where indexrelid = any($1::regclass[])',
    [indexes],
  )
  await fill(url, [
    `drop index ${indexes.join(', ')}`,
    ...statements,
    `set maintenance_work_mem = '256MB'`,
    ...rows.map(({ definition }) => definition),
  ])
}

/** One row set. */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}

const TOPICS = `insert into categories (code, name, position)
  select 'topic' || n, jsonb_build_object('zh-CN', '主题' || n, 'en', 'Topic ' || n), n from generate_series(1, 8) n`
const TERMS = `insert into customer_terms (version, body, published_at) values (1, '{"zh-CN":"条款","en":"Terms"}', now())`

/** Agents 1..n on a customer-service post since an hour ago until tomorrow, checked in and signed in, and a duty manager. */
export const peopleOf = (agents: number): string[] => [
  TERMS,
  TOPICS,
  `insert into departments (code, name) values ('service', '{"zh-CN":"客户服务部","en":"Customer service"}')`,
  `insert into staff (number, login, name, name_en, password_hash, department_id, rank, posts, languages, created_at)
    select 'b' || lpad(n::text, 4, '0'), 'b' || lpad(n::text, 4, '0'), '值班' || n, 'Agent ' || n, 'none', d.id, 'staff',
      '{service,manager}', '{zh-CN,en}', now() from generate_series(1, ${agents} + 1) n, departments d order by n`,
  `insert into shifts (staff_id, post, during, night, kind, created_at)
    select id, case when number = 'b' || lpad((${agents} + 1)::text, 4, '0') then 'manager' else 'service' end,
      tstzrange(now() - interval '1 hour', now() + interval '20 hours'), current_date, 'night', now() from staff order by id`,
  `insert into attendances (shift_id, staff_id, checked_in_at, arrival)
    select id, staff_id, now() - interval '1 hour', 'ready' from shifts order by id`,
  `insert into sessions (token_hash, staff_id, opened_at, seen_at, expires_at)
    select ${hashOf('staff', 'id')}, id, now(), now(), now() + interval '1 day' from staff order by id`,
]

/** Pages of the agents are open, as if seen until the end of the run. */
export const everybodyIsSeen = `insert into presence (staff_id, process, seen_at)
  select id, 'bench', now() + interval '1 hour' from staff`

/** Visitors with the numbers from..to, each a customer with a phone number. Ids equal numbers in a database that had none. */
export const visitors = (from: number, to: number): string[] => [
  `insert into customers (name, language, created_at)
    select '顾客' || n, 'zh-CN', now() from generate_series(${from}, ${to}) n`,
  `insert into contacts (customer_id, kind, value, created_at)
    select n, 'phone', '+86138' || lpad(n::text, 8, '0'), now() from generate_series(${from}, ${to}) n`,
  `insert into visitors (token_hash, customer_id, language, terms_version, terms_accepted_at, created_at, seen_at, expires_at)
    select ${hashOf('visitor', 'n')}, n, 'zh-CN', 1, now(), now(), now(), now() + interval '30 days' from generate_series(${from}, ${to}) n`,
]

/** Newcomers have no customer record yet: their first question makes it. */
export const newcomers = (from: number, to: number): string =>
  `insert into visitors (token_hash, language, created_at, seen_at, expires_at)
    select ${hashOf('visitor', 'n')}, 'zh-CN', now(), now(), now() + interval '30 days' from generate_series(${from}, ${to}) n`

/**
 * Conversations 1..n of visitors 1..n that agents have open, so many each; ids equal numbers in an empty database.
 * Nothing has been said in them: whatever is there at the end came from the run.
 */
export const openConversations = (count: number, each: number): string[] => [
  `insert into tickets (state, waiting_on, customer_id, visitor_id, channel, language, subject, place_at, created_at, queued_at, last_message_at, epoch, last_handler_id)
    select 'open', 'us', n, n, 'web', 'zh-CN', '宽带断了 ' || n, now(), now(), now(), now(), 1, (n - 1) / ${each} + 1 from generate_series(1, ${count}) n`,
  `insert into assignments (ticket_id, staff_id, shift_id, round, epoch, opened_at)
    select t.id, t.last_handler_id, s.id, 1, 1, now() from tickets t join shifts s on s.staff_id = t.last_handler_id order by t.id`,
]
