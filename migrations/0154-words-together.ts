import { type Kysely, sql } from 'kysely'

/**
 * Words that come at once are written at once (server/tickets/messages/posting/together.ts). Among them nobody waits for a ticket
 * that somebody else has locked: with `p_waits` false its word comes back as `busy`, and the others go on.
 */
export async function up(db: Kysely<any>): Promise<void> {
  const { rows } = await sql<{ source: string }>`
    select pg_get_functiondef(oid) as source from pg_proc where proname = 'post_message'`.execute(db)
  const source = rows[0]?.source ?? ''
  const willing = source
    .replace('p_at timestamp with time zone,', 'p_at timestamp with time zone, p_waits boolean default true,')
    .replace(
      /select \* into t from tickets where tickets\.id = p_ticket for no key update;\s+if not found then/,
      `if p_waits then
      select * into t from tickets where tickets.id = p_ticket for no key update;
    else
      select * into t from tickets where tickets.id = p_ticket for no key update skip locked;
      if not found and exists (select from tickets where tickets.id = p_ticket) then outcome := 'busy'; return; end if;
    end if;
    if t.id is null then`,
    )
  if (rows.length !== 1 || !/p_waits boolean/.test(willing) || !willing.includes('skip locked'))
    throw new Error('post_message is not the one that 0120 wrote')
  await sql`drop function post_message`.execute(db)
  await sql.raw(willing).execute(db)
}
