import fs from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import pg from 'pg'
import { anchorsIn } from '../../platform/chain.ts'
import { openDatabase, openPool } from '../../platform/database.ts'
import type { Files } from '../../platform/files.ts'
import { knownMigrations, migrate } from '../../platform/migrate.ts'
import { StartError } from '../../platform/start-error.ts'
import { type Checksums, damaged, entriesOf, FORMAT, inspect, type Manifest } from './archive.ts'
import { clear, isEmpty, openCopyIn, setSequences, wipe, withoutForeignKeys, withoutNotes } from './rows.ts'

type Into = {
  readonly url: string
  readonly dataDir: string
  readonly files: Files
  readonly now: Date
  /** What the target is called in a refusal. */
  readonly place: string
}
export type Restored = {
  readonly manifest: Manifest
  readonly tables: number
  readonly rows: number
  readonly files: number
}

/**
 * A backup into an empty database and an empty store of files. Everything is looked at before anything is touched; what
 * fails afterwards leaves both as empty as they were. The tables are made as they were when the backup was, filled, and
 * then brought up to date.
 */
export async function restoreBackup(file: string, into: Into): Promise<Restored> {
  const { manifest, checksums } = await inspect(file)
  const last = await newestKnown(file, manifest)
  await refuseInhabited(into)
  const put: string[] = []
  try {
    await migrated(into.url, last)
    await withClient(into.url, async (client) => {
      await client.query('begin')
      await withoutForeignKeys(client, () =>
        withoutNotes(client, () => fill(client, file, { manifest, checksums, into, put })),
      )
      await setSequences(client, checksums.sequences)
      await client.query('commit')
    })
    await migrated(into.url)
    await withClient(into.url, (client) => settle(client, into.now))
  } catch (error) {
    await withClient(into.url, wipe)
    for (const id of put) await into.files.delete(id)
    await fs.rm(anchorsIn(into.dataDir), { recursive: true, force: true })
    throw error
  }
  const rows = Object.values(checksums.rows).reduce((sum, count) => sum + count, 0)
  return { manifest, tables: manifest.tables.length, rows, files: put.length }
}

/** The last migration of the backup, which must be one of ours, as must all before it. */
async function newestKnown(file: string, { format, migrations, product }: Manifest): Promise<string> {
  const known = await knownMigrations()
  const strange = migrations.find((name) => !known.includes(name))
  if (format > FORMAT || strange)
    throw new StartError(
      `The backup ${file} was made by a newer Nightdesk (${product}${strange ? `, it has migration ${strange}` : ''}): restore it with that version.`,
    )
  const last = migrations.at(-1)
  if (!last) throw damaged(file, 'it names no migration')
  return last
}

async function refuseInhabited({ url, files, place }: Into): Promise<void> {
  if (!(await withClient(url, isEmpty)))
    throw new StartError(
      `${place} is not empty: restore into a DATA_DIR or a database (DATABASE_URL) in which nothing is yet.`,
    )
  for await (const _ of files.list())
    throw new StartError(
      'There are files already: restore into a DATA_DIR or a bucket (S3_URL) in which nothing is yet.',
    )
}

type Filling = {
  readonly manifest: Manifest
  readonly checksums: Checksums
  readonly into: Into
  readonly put: string[]
}

async function fill(client: pg.Client, file: string, { manifest, checksums, into, put }: Filling): Promise<void> {
  const tables = new Map(manifest.tables.map((table) => [table.name, table]))
  for (const table of manifest.tables) await clear(client, table)
  let open: { name: string; copy: ReturnType<typeof openCopyIn> } | undefined
  const finish = async (): Promise<void> => {
    if (!open) return
    const { name, copy } = open
    open = undefined
    if ((await copy.end()) !== checksums.rows[name]) throw damaged(file, `${name} has another number of rows`)
  }
  for await (const { name, content } of entriesOf(file)) {
    const [kind, what = ''] = name.split('/')
    const table = kind === 'tables' ? tables.get(what) : undefined
    if (open && open.name !== what) await finish()
    if (table) {
      open ??= { name: what, copy: openCopyIn(client, table) }
      for await (const piece of content) await open.copy.write(piece)
    } else if (kind === 'files') {
      await into.files.put(Readable.from(content), { id: what })
      put.push(what)
    } else if (kind === 'anchors') await writeAnchors(into.dataDir, what, content)
  }
  await finish()
}

async function writeAnchors(dataDir: string, name: string, content: AsyncIterable<Buffer>): Promise<void> {
  await fs.mkdir(anchorsIn(dataDir), { recursive: true })
  await fs.writeFile(path.join(anchorsIn(dataDir), path.basename(name)), content, { mode: 0o600 })
}

/**
 * What may since have happened elsewhere must not happen again here: a letter that was on its way is of unknown fate and
 * shown to a person (RELIABILITY 7), and a link that lets somebody choose a password has ended.
 */
async function settle(client: pg.Client, now: Date): Promise<void> {
  await client.query(
    `update outgoing_mails set state = 'unknown', error = 'restored', due_at = null, settled_at = $1 where state in ('pending', 'sending')`,
    [now],
  )
  // Decided about again once there is something new to say.
  await client.query(
    `update customer_letters set state = 'dropped', due_at = null, settled_at = $1 where due_at is not null`,
    [now],
  )
  await client.query('update account_links set ended_at = $1 where ended_at is null', [now])
  const { rows } = await client.query<{ told: boolean }>(`select to_regclass('public.deliveries') is not null as told`)
  if (rows[0]?.told) await settleNotices(client, now)
}

/** Nobody is paged by a restored house for what was paged before, and no morning comes a second time. */
async function settleNotices(client: pg.Client, now: Date): Promise<void> {
  await client.query(
    `update deliveries set state = 'unknown', error = 'restored', due_at = null, settled_at = $1 where state in ('pending', 'sending')`,
    [now],
  )
  await client.query(
    'update notice_people set next_at = null, up_at = null where next_at is not null or up_at is not null',
  )
  await client.query(`update digests set state = 'empty' where state = 'due' and due_at <= $1`, [now])
  await client.query(`update night_briefs set state = 'sent', sent_at = $1 where state = 'draft'`, [now])
}

async function migrated(url: string, upTo?: string): Promise<void> {
  const pool = openPool(url, { max: 2, kind: 'long' })
  try {
    await migrate(openDatabase(pool), upTo)
  } finally {
    await pool.end()
  }
}

async function withClient<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'nightdesk restore',
    options: '-c TimeZone=UTC',
  })
  client.on('error', () => undefined) // the query that follows fails and says so
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}
