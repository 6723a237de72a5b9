// The ceilings of pages and requests: Hono and pg with what the work itself needs and nothing around it.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import pg from 'pg'
import { beWorker } from '../child.ts'
import { freePort } from '../stage.ts'

type Setup = { readonly databaseUrl: string }
type Asked = { readonly name: string; readonly contact: string; readonly question: string }
type Row = {
  id: string
  number: string
  subject: string
  customer: string
  last_words: string
  at: Date
  unread: string
}

const CONNECTIONS = 16
/** The same mixture as the product's own tables get: most is history, 400 wait, 80 are open. */
const SCHEMA = `
  drop table if exists bare_requests, bare_words, bare_log, bare_desk, bare_desk_words;
  create table bare_requests (id bigint generated always as identity primary key, name text not null, contact text not null, at timestamptz not null);
  create table bare_words (id bigint generated always as identity primary key, request_id bigint not null references bare_requests, body text not null, at timestamptz not null);
  create table bare_log (id bigint generated always as identity primary key, name text not null, payload jsonb not null, at timestamptz not null);
  create table bare_desk (id bigint primary key, number text not null, subject text not null, state text not null, customer text not null, at timestamptz not null, read_seq integer not null);
  insert into bare_desk select n, 'NT-' || n, '宽带断了 ' || n, case when n <= 400 then 'queued' when n <= 480 then 'open' else 'closed' end,
    '顾客' || n, now() - n * interval '1 minute', 1 from generate_series(1, 10000) n;
  create index on bare_desk (at) where state = 'queued';
  create index on bare_desk (state) where state in ('queued', 'open');
  create table bare_desk_words (desk_id bigint not null, seq integer not null, body text not null, primary key (desk_id, seq));
  insert into bare_desk_words select n, seq, '您好，我这边宽带又断了 ' || seq from generate_series(1, 10000) n, generate_series(1, 3) seq;
  analyze bare_desk; analyze bare_desk_words;`
const ROWS = `
  select d.id, d.number, d.subject, d.customer, d.at,
    (select w.body from bare_desk_words w where w.desk_id = d.id order by w.seq desc limit 1) as last_words,
    (select count(*) from bare_desk_words w where w.desk_id = d.id and w.seq > d.read_seq) as unread
  from bare_desk d where d.state = 'queued' order by d.at limit 25`
const COUNTS = `select state, count(*) from bare_desk where state in ('queued', 'open') group by state`

beWorker(async ({ databaseUrl }: Setup) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS })
  await pool.query(SCHEMA)
  const app = new Hono()
  app.post('/create', async (c) => {
    const { name, contact, question } = await c.req.json<Asked>()
    return c.json({ id: await create({ name, contact, question }) }, 201)
  })
  app.get('/queue', async (c) => {
    const [{ rows }, { rows: counts }] = await Promise.all([
      pool.query<Row>(ROWS),
      pool.query<{ state: string; count: string }>(COUNTS),
    ])
    return c.html(pageOf(rows, counts))
  })
  app.get('/read/:id', async (c) => {
    const { rows } = await pool.query('select id, number, subject from bare_desk where id = $1', [c.req.param('id')])
    return c.json(rows[0] ?? null)
  })
  const create = async ({ name, contact, question }: Asked): Promise<string> => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const insert = 'insert into bare_requests (name, contact, at) values ($1, $2, now()) returning id'
      const { rows } = await client.query<{ id: string }>(insert, [name, contact])
      const id = rows[0]?.id ?? ''
      await client.query('insert into bare_words (request_id, body, at) values ($1, $2, now())', [id, question])
      const payload = JSON.stringify({ id })
      await client.query(`insert into bare_log (name, payload, at) values ('created', $1, now())`, [payload])
      await client.query('commit')
      return id
    } finally {
      client.release()
    }
  }
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return async () => `http://127.0.0.1:${port}`
})

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const pageOf = (rows: readonly Row[], counts: readonly { state: string; count: string }[]): string => `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>Queue</title><link rel="stylesheet" href="/app.css"></head><body>
<nav>${counts.map(({ state, count }) => `<a href="/queue?state=${state}">${state} <b>${count}</b></a>`).join('')}</nav>
<ul>${rows
  .map(
    ({ id, number, subject, customer, last_words: words, at, unread }) =>
      `<li><a href="/desk/${id}"><b>${escaped(customer)}</b> <span>${number}</span> <time>${at.toISOString()}</time>
<p>${escaped(subject)}</p><p>${escaped(words)}</p>${Number(unread) > 0 ? `<span class="count">${unread}</span>` : ''}</a></li>`,
  )
  .join('\n')}</ul></body></html>`
