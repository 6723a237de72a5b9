import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Log } from './log.ts'

/** An event as the chain seals it: the instant in seconds and the payload as PostgreSQL writes them. */
export type Sealed = {
  readonly id: string
  readonly at: string
  readonly name: string
  readonly actor: string
  readonly payload: string
}

/** What the first link stands on. */
export const BEGINNING: Buffer = Buffer.alloc(32)

/** hash = sha256(previous ‖ id ‖ at ‖ name ‖ actor ‖ payload), so that a changed or missing row shows. */
export const linkHash = (previous: Buffer, { id, at, name, actor, payload }: Sealed): Buffer =>
  createHash('sha256').update(previous).update([id, at, name, actor, payload].join('\n')).digest()

/** The first thing that is wrong with the log of events, or what it holds where nothing is. */
export type Verdict =
  | { readonly whole: true; readonly events: number; readonly links: number; readonly anchors: number }
  | ({ readonly whole: false } & Wrong)
type Wrong =
  /** The event is not what was sealed. */
  | { readonly what: 'changed'; readonly eventId: string; readonly link: string }
  /** The event was sealed and is not there, or the link itself is not. */
  | { readonly what: 'missing'; readonly eventId: string | null; readonly link: string }
  /** Sealed twice, or there twice. */
  | { readonly what: 'doubled'; readonly eventId: string; readonly link: string }
  /** There without ever having gone through the relay. */
  | { readonly what: 'planted'; readonly eventId: string }
  /** The chain agrees with itself, and not with what was written down outside of it: its end was cut off, or all of it made anew. */
  | { readonly what: 'cut' | 'rewritten'; readonly link: string; readonly anchoredAt: string }

const BATCH = 5000

/** Walks the whole log in one snapshot, however long it is, and names the first row that is wrong. */
export const verifyChain = <DB>(db: Kysely<DB>, anchors: readonly Anchor[]): Promise<Verdict> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const walked = await walk(trx)
      if ('what' in walked) return { whole: false, ...walked }
      const wrong = (await findPlanted(trx)) ?? (await findUnanchored(trx, anchors))
      if (wrong) return { whole: false, ...wrong }
      const { rows } = await sql<{ count: string }>`select count(*) as count from events`.execute(trx)
      return { whole: true, events: Number(rows[0]?.count ?? 0), links: walked.links, anchors: anchors.length }
    })

type Link = { n: string; event_id: string; hash: Buffer } & { [Key in keyof Sealed]: Sealed[Key] | null }

async function walk<DB>(trx: Transaction<DB>): Promise<Wrong | { links: number }> {
  const doubled = await findDoubled(trx)
  let previous = BEGINNING
  let links = 0
  for (;;) {
    const { rows } = await sql<Link>`
      select c.n, c.event_id, c.hash, e.id, extract(epoch from e.at)::text as at, e.name, e.actor, e.payload::text as payload
      from event_chain c left join events e on e.id = c.event_id
      where c.n > ${links} order by c.n, c.event_id limit ${BATCH}`.execute(trx)
    for (const row of rows) {
      const wrong = judge(row, links + 1, previous, doubled)
      if (wrong) return wrong
      previous = row.hash
      links++
    }
    if (rows.length < BATCH) return { links }
  }
}

function judge(row: Link, expected: number, previous: Buffer, doubled: string | undefined): Wrong | undefined {
  const { n: link, event_id: eventId } = row
  if (Number(link) > expected) return { what: 'missing', eventId: null, link: String(expected) }
  if (Number(link) < expected || link === doubled) return { what: 'doubled', eventId, link }
  if (row.id === null) return { what: 'missing', eventId, link }
  return linkHash(previous, row as Sealed).equals(row.hash) ? undefined : { what: 'changed', eventId, link }
}

/** The first link to an event that an earlier one has sealed already; the table itself refuses that, as long as it may. */
async function findDoubled<DB>(trx: Transaction<DB>): Promise<string | undefined> {
  const { rows } = await sql<{ n: string }>`
    select max(n) as n from event_chain group by event_id having count(*) > 1 order by max(n) limit 1`.execute(trx)
  return rows[0]?.n
}

async function findPlanted<DB>(trx: Transaction<DB>): Promise<Wrong | undefined> {
  const { rows } = await sql<{ id: string }>`
    select e.id from events e
    where not exists (select from event_chain c where c.event_id = e.id)
      and not exists (select from outbox o where o.event_id = e.id)
    order by e.id limit 1`.execute(trx)
  return rows[0] && { what: 'planted', eventId: rows[0].id }
}

async function findUnanchored<DB>(trx: Transaction<DB>, anchors: readonly Anchor[]): Promise<Wrong | undefined> {
  for (const { n, hash, at } of anchors) {
    const { rows } = await sql<{ hash: Buffer }>`select hash from event_chain where n = ${n}`.execute(trx)
    const [row] = rows
    if (!row) return { what: 'cut', link: n, anchoredAt: at }
    if (row.hash.toString('hex') !== hash) return { what: 'rewritten', link: n, anchoredAt: at }
  }
  return undefined
}

/** Where the head of the chain stood at an instant, as a line outside of the database. */
export type Anchor = { readonly at: string; readonly n: string; readonly hash: string }

const EVERY = '1 hour'
export const anchorsIn = (dataDir: string): string => path.join(dataDir, 'anchors')

/** The head where it has moved since it was written down an hour ago, or never was. */
export async function headToAnchor<DB>(db: Kysely<DB>, now: Date): Promise<{ n: string; hash: Buffer } | undefined> {
  const { rows } = await sql<{ n: string; hash: Buffer }>`
    select c.n, c.hash from event_chain c
    where c.n > coalesce((select max(n) from chain_anchors), 0)
      and not exists (select from chain_anchors where at > ${now}::timestamptz - ${EVERY}::interval)
    order by c.n desc limit 1`.execute(db)
  return rows[0]
}

/**
 * Writes down where the head stands, in `DATA_DIR/anchors` and in the log of the program, so that whoever can rewrite the
 * database still cannot rewrite what happened before. Twice is harmless: two lines that agree.
 */
export async function anchorHead<DB>(
  db: Kysely<DB>,
  { dataDir, now, log }: { readonly dataDir: string; readonly now: Date; readonly log: Log },
): Promise<void> {
  const head = await headToAnchor(db, now)
  if (!head) return
  const anchor: Anchor = { at: now.toISOString(), n: head.n, hash: head.hash.toString('hex') }
  await fs.mkdir(anchorsIn(dataDir), { recursive: true })
  const file = await fs.open(path.join(anchorsIn(dataDir), `${anchor.at.slice(0, 7)}.jsonl`), 'a', 0o600)
  try {
    await file.appendFile(`${JSON.stringify(anchor)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  log.info(anchor, 'the head of the chain of events')
  await sql`insert into chain_anchors (n, hash, at) values (${head.n}, ${head.hash}, ${now}) on conflict do nothing`.execute(
    db,
  )
}

/** Every anchor of this data folder in the order in which they were written; a line that is none counts as one that agrees with nothing. */
export async function readAnchors(dataDir: string): Promise<Anchor[]> {
  const folder = anchorsIn(dataDir)
  const files = (await fs.readdir(folder).catch(() => [] as string[])).filter((file) => file.endsWith('.jsonl')).sort()
  const texts = await Promise.all(files.map((file) => fs.readFile(path.join(folder, file), 'utf8')))
  return texts.flatMap((text) => text.split('\n').filter(Boolean).map(anchorOf))
}

function anchorOf(line: string): Anchor {
  try {
    const { at, n, hash } = JSON.parse(line) as Partial<Anchor>
    if (/^\d+$/.test(String(n)) && at && hash) return { at, n: String(n), hash }
  } catch {
    // Half a line, or another hand's: said below.
  }
  return { at: 'unreadable', n: '0', hash: '' }
}
