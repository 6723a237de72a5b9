import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { readAnchors, verifyChain } from '../../server/platform/chain.ts'
import { openDatabase, openPool, withDatabase } from '../../server/platform/database.ts'
import { type Files, openFiles } from '../../server/platform/files.ts'
import { StartError } from '../../server/platform/start-error.ts'
import { restoreBackup } from '../../server/tools/backup/read.ts'
import { writeBackup } from '../../server/tools/backup/write.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { administer, testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, topic, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const LONG = 60_000
let targets = 0

beforeEach(() => clock.set(TWO_FOURTEEN))

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-backup-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

/** A company with people, topics in a tree, settings, an event log, a picture and a letter on its way. */
async function livedIn(): Promise<string> {
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  await putOnPost(database.db, await hire(database.db, '林玫'))
  await welcome(database.db, '苏晴 \\ "quoted"\tand\nlines')
  const above = await topic(database.db, '宽带')
  await database.db
    .insertInto('categories')
    .values({ code: 'under', parent_id: above, name: JSON.stringify({ 'zh-CN': '断网', en: 'Outage' }), skill: null })
    .execute()
  const admin = await signedIn(house, lan)
  await admin.post('/settings/sites', { origin: 'https://shop.example.com' })
  // A circle: the department's head works in the department.
  await database.db
    .updateTable('departments')
    .set({ head_id: lan } as never)
    .execute()
  await expect.poll(async () => (await house.relay.pass()) === 0).toBe(true)
  const { id } = await house.deps.files.put(Readable.from([Buffer.alloc(300_000, 7)]))
  return id
}

const from = (files: Files = house.deps.files) => ({
  url: database.url,
  dataDir: house.deps.config.dataDir,
  files,
  product: '0.1.0',
  now: clock.now(),
})
async function backedUp(): Promise<string> {
  const file = path.join(folder(), 'house.tar.gz')
  await writeBackup(file, from())
  return file
}
/** An empty database and an empty folder to restore into. */
async function target() {
  const name = `restore_${process.pid}_${++targets}`
  await administer(
    `create database ${name} template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C.UTF-8'`,
  )
  onTestFinished(() => administer(`drop database ${name} with (force)`))
  const dataDir = folder()
  const files = await openFiles({ dataDir, s3Url: undefined })
  return { url: withDatabase(inject('databaseUrl'), name), dataDir, files, now: clock.now(), place: name }
}

/** Every row of every table that is carried over, as text in an order of its own. */
async function contents(url: string): Promise<Record<string, string[]>> {
  return asking(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
       and table_name not in ('presence', 'sessions', 'kysely_migration', 'kysely_migration_lock') order by 1`,
    )
    const all: Record<string, string[]> = {}
    for (const { name } of tables)
      all[name] = (await client.query(`select t::text as row from "${name}" t order by 1`)).rows.map(({ row }) => row)
    return all
  })
}
async function asking<T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await ask(client)
  } finally {
    await client.end()
  }
}
const first = async (url: string, statement: string): Promise<Record<string, unknown>> =>
  asking(url, async (client) => (await client.query(statement)).rows[0] ?? {})

test(
  'everything comes back: all tables row by row, all files byte by byte, and the log is whole',
  async () => {
    const picture = await livedIn()
    const file = await backedUp()
    const into = await target()
    const restored = await restoreBackup(file, into)
    expect(restored.files).toBeGreaterThanOrEqual(1)
    const [before, after] = [await contents(database.url), await contents(into.url)]
    expect(Object.values(before).flat().length).toBeGreaterThan(10)
    expect(after).toEqual(before)
    const content = await into.files.get(picture)
    expect(content && (await buffer(content.content)).equals(Buffer.alloc(300_000, 7))).toBe(true)

    const pool = openPool(into.url, { max: 1, kind: 'long' })
    onTestFinished(() => pool.end())
    const verdict = await verifyChain(openDatabase(pool), await readAnchors(into.dataDir))
    expect(verdict).toMatchObject({ whole: true })
  },
  LONG,
)

test(
  'numbers go on where they were, rules of the tables hold, and the log still refuses to be changed',
  async () => {
    await livedIn()
    await asking(database.url, (client) => client.query(`select nextval('ticket_numbers'), nextval('ticket_numbers')`))
    const before = await first(database.url, `select last_value from ticket_numbers`)
    const into = await target()
    await restoreBackup(await backedUp(), into)
    expect(await first(into.url, `select last_value from ticket_numbers`)).toEqual(before)
    const inserted = await first(
      into.url,
      `insert into customers (name, language, created_at) values ('n', 'en', now()) returning id`,
    )
    const highest = await first(database.url, `select max(id) as id from customers`)
    expect(Number(inserted.id)).toBeGreaterThan(Number(highest.id))
    await expect(first(into.url, `update events set actor = 'system'`)).rejects.toThrow('events are insert-only')
    await expect(first(into.url, `delete from setting_changes`)).rejects.toThrow('insert-only')
    await expect(first(into.url, `update staff set department_id = 999999`)).rejects.toThrow('foreign key')
    const keys = `select count(*) as keys from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`
    expect(await first(into.url, keys)).toEqual(await first(database.url, keys))
  },
  LONG,
)

test(
  'what must not happen twice does not: letters on their way are unknown, links to a password have ended, staff sign in anew',
  async () => {
    await livedIn()
    await asking(database.url, async (client) => {
      for (const state of ['pending', 'sending', 'sent', 'kept'])
        await client.query(
          `insert into outgoing_mails (kind, about, recipient, subject, text, state, due_at, made_at) values ('invitation', 'staff:1', 'a@b.example', 's', 't', $1, now(), now())`,
          [state],
        )
      await client.query(
        `insert into account_links (staff_id, kind, token_hash, made_at, expires_at) select min(id), 'reset', '\\x01', now(), now() + interval '1 day' from staff`,
      )
    })
    await asking(database.url, async (client) => {
      await client.query(
        `with n as (insert into notices (kind, importance, ref, path, fold_key, made_at, last_at) values ('alarm', 'duty', 'alarm:complaint', '/board', 'k', now(), now()) returning id),
         p as (insert into notice_people (notice_id, staff_id, part, page_id, wakes, told_at, next_at, up_at) select n.id, min(s.id), 'post', gen_random_uuid(), true, now(), now(), now() from n, staff s group by n.id)
         insert into deliveries (notice_id, staff_id, channel, page_id, state, due_at, made_at) select n.id, min(s.id), 'push', gen_random_uuid(), 'pending', now(), now() from n, staff s group by n.id`,
      )
    })
    const into = await target()
    await restoreBackup(await backedUp(), into)
    expect(await first(into.url, 'select state, due_at from deliveries')).toEqual({ state: 'unknown', due_at: null })
    expect(await first(into.url, 'select next_at, up_at from notice_people')).toEqual({ next_at: null, up_at: null })
    const states = await asking(into.url, (client) =>
      client.query('select state, due_at from outgoing_mails order by id'),
    )
    expect(states.rows.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'sent', 'kept'])
    expect(await first(into.url, 'select count(*) filter (where ended_at is null) as open from account_links')).toEqual(
      { open: '0' },
    )
    expect(await first(into.url, 'select count(*) as count from sessions')).toEqual({ count: '0' })
    expect(await first(database.url, 'select count(*) > 0 as any from sessions')).toEqual({ any: true })
  },
  LONG,
)

test(
  'the rows are those of one instant, whatever is written while they are packed',
  async () => {
    await livedIn()
    let writing = true
    const writes = (async () => {
      const client = new pg.Client(database.url)
      await client.connect()
      for (let n = 0; writing; n++)
        await client.query(
          `with c as (insert into customers (name, language, created_at) values ($1, 'en', now()) returning id)
           insert into contacts (customer_id, kind, value, created_at) select id, 'phone', $1, now() from c`,
          [`n${n}`],
        )
      await client.end()
    })()
    const file = await backedUp()
    writing = false
    await writes
    const into = await target()
    await restoreBackup(file, into)
    // A contact whose customer came later would be refused by its foreign key; a customer without one by this count.
    expect(
      await first(
        into.url,
        `select count(*) as alone from customers c where name like 'n%' and not exists (select from contacts where customer_id = c.id)`,
      ),
    ).toEqual({ alone: '0' })
  },
  LONG,
)

describe('a restore refuses in one sentence, and leaves nothing behind', () => {
  const refusal = async (file: string, into: Awaited<ReturnType<typeof target>>): Promise<string> => {
    const error = await restoreBackup(file, into).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(StartError)
    return (error as Error).message
  }
  const untouched = async ({ url, dataDir }: { url: string; dataDir: string }): Promise<void> => {
    expect(
      await first(url, `select count(*) as tables from information_schema.tables where table_schema = 'public'`),
    ).toEqual({ tables: '0' })
    expect(fs.existsSync(path.join(dataDir, 'anchors'))).toBe(false)
  }
  const changed = async (change: (bytes: Buffer) => Buffer): Promise<string> => {
    await livedIn()
    const file = await backedUp()
    const other = path.join(folder(), 'changed.tar.gz')
    fs.writeFileSync(other, change(fs.readFileSync(file)))
    return other
  }

  test(
    'a file that is not there, and one that is something else',
    async () => {
      const into = await target()
      expect(await refusal('/nowhere/house.tar.gz', into)).toBe('There is no file /nowhere/house.tar.gz.')
      const other = path.join(folder(), 'letter.txt')
      fs.writeFileSync(other, 'Dear colleagues')
      expect(await refusal(other, into)).toContain('is damaged')
      await untouched(into)
    },
    LONG,
  )

  test(
    'one that breaks off',
    async () => {
      const into = await target()
      expect(await refusal(await changed((bytes) => bytes.subarray(0, bytes.length - 2000)), into)).toContain(
        'is damaged',
      )
      await untouched(into)
    },
    LONG,
  )

  test(
    'one in which a single letter was changed',
    async () => {
      const into = await target()
      const file = await changed((bytes) => {
        const tar = gunzipSync(bytes)
        const at = tar.indexOf('Outage')
        tar.write('Outrge', at)
        return gzipSync(tar)
      })
      expect(await refusal(file, into)).toMatch(/damaged \(tables\/categories\/000001 is not what was packed\)/)
      await untouched(into)
    },
    LONG,
  )

  test(
    'one of a newer version',
    async () => {
      const into = await target()
      await livedIn()
      await asking(database.url, (client) =>
        client.query(`insert into kysely_migration (name, timestamp) values ('9999-tomorrow', 'x')`),
      )
      onTestFinished(() =>
        asking(database.url, (client) =>
          client.query(`delete from kysely_migration where name = '9999-tomorrow'`),
        ).then(() => undefined),
      )
      expect(await refusal(await backedUp(), into)).toMatch(
        /made by a newer Nightdesk \(0.1.0, it has migration 9999-tomorrow\)/,
      )
      await untouched(into)
    },
    LONG,
  )

  test(
    'a database in which something is, and a store in which files are',
    async () => {
      await livedIn()
      const file = await backedUp()
      const into = await target()
      await asking(into.url, (client) => client.query('create table mine (id int)'))
      expect(await refusal(file, into)).toContain('is not empty')
      expect(await first(into.url, 'select count(*) as rows from mine')).toEqual({ rows: '0' })
      const other = await target()
      await other.files.put(Readable.from([Buffer.from('mine')]))
      expect(await refusal(file, other)).toContain('There are files already')
    },
    LONG,
  )

  test(
    'what fails half way leaves the target as empty as it was',
    async () => {
      await livedIn()
      const file = await backedUp()
      const into = await target()
      const failing: Files = { ...into.files, put: () => Promise.reject(new Error('the disk is full')) }
      await expect(restoreBackup(file, { ...into, files: failing })).rejects.toThrow('the disk is full')
      await untouched(into)
      expect((await restoreBackup(file, into)).files).toBeGreaterThanOrEqual(1)
    },
    LONG,
  )
})

test(
  'a backup never writes over another one, and a failed one leaves no file',
  async () => {
    const file = path.join(folder(), 'house.tar.gz')
    fs.writeFileSync(file, 'the only one')
    await expect(writeBackup(file, from())).rejects.toThrow('is there already')
    expect(fs.readFileSync(file, 'utf8')).toBe('the only one')
    const other = path.join(folder(), 'other.tar.gz')
    const failing: Files = {
      ...house.deps.files,
      // biome-ignore lint/correctness/useYield: it fails before its first file.
      list: async function* () {
        throw new Error('the bucket is away')
      },
    }
    await expect(writeBackup(other, from(failing))).rejects.toThrow('the bucket is away')
    expect(fs.readdirSync(path.dirname(other))).toEqual([])
  },
  LONG,
)
