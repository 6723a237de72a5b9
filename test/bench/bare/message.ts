// The ceiling of a message: Node and pg, 16 connections, nothing else. One round trip locks the ticket, takes the number,
// writes message, event and outbox row and commits.
import pg from 'pg'
import { beWorker } from '../child.ts'

type Setup = { readonly databaseUrl: string; readonly conversations: number }
type Job = { readonly milliseconds: number }

const CONNECTIONS = 16
const BODY = '您好，我这边宽带又断了，光猫的 LOS 灯一直是红的，麻烦看一下。'
const SCHEMA = `
  drop table if exists bare_tickets, bare_messages, bare_events, bare_outbox;
  create table bare_tickets (id bigint primary key, last_seq integer not null default 0);
  create table bare_messages (id bigint generated always as identity primary key, ticket_id bigint not null references bare_tickets,
    seq integer not null, body text not null, at timestamptz not null, unique (ticket_id, seq));
  create table bare_events (id bigint generated always as identity primary key, at timestamptz not null, payload jsonb not null);
  create table bare_outbox (event_id bigint primary key, at timestamptz not null);
  create or replace function bare_post(p_ticket bigint, p_body text, p_at timestamptz) returns integer language plpgsql as $$
  declare n integer; e bigint;
  begin
    select last_seq + 1 into n from bare_tickets where id = p_ticket for update;
    insert into bare_messages (ticket_id, seq, body, at) values (p_ticket, n, p_body, p_at);
    update bare_tickets set last_seq = n where id = p_ticket;
    insert into bare_events (at, payload) values (p_at, jsonb_build_object('ticketId', p_ticket, 'seq', n)) returning id into e;
    insert into bare_outbox (event_id, at) values (e, p_at);
    return n;
  end $$;`

beWorker(async ({ databaseUrl, conversations }: Setup) => {
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client(databaseUrl)
      await client.connect()
      return client
    }),
  )
  await clients[0]?.query(SCHEMA)
  await clients[0]?.query('insert into bare_tickets (id) select generate_series(1, $1::int)', [conversations])
  return async ({ milliseconds }: Job) => {
    const took: number[] = []
    const start = performance.now()
    const until = start + milliseconds
    const write = async (client: pg.Client): Promise<void> => {
      for (let begin = performance.now(); begin < until; begin = performance.now()) {
        const values = [1 + Math.floor(Math.random() * conversations), BODY, new Date()]
        await client.query({ name: 'post', text: 'select bare_post($1, $2, $3)', values })
        took.push(performance.now() - begin)
      }
    }
    await Promise.all(clients.map(write))
    return { took, seconds: (performance.now() - start) / 1000 }
  }
})
