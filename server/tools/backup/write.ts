import fs from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { anchorsIn } from '../../platform/chain.ts'
import type { Files } from '../../platform/files.ts'
import { StartError } from '../../platform/start-error.ts'
import { FORMAT, MANIFEST, openPacker, type Packer } from './archive.ts'
import { copyOut, listMigrations, listTables, readSequences } from './rows.ts'

type From = {
  readonly url: string
  readonly dataDir: string
  readonly files: Files
  readonly product: string
  readonly now: Date
}
export type Written = { readonly tables: number; readonly rows: number; readonly files: number; readonly bytes: number }

const PIECE_BYTES = 1_000_000

/**
 * Everything in one file: the rows of one instant (one repeatable-read snapshot), and every file that a row of that
 * instant may name, because files never change and are there before their rows. Conversations go on meanwhile. Under a
 * name of its own until it is whole.
 */
export async function writeBackup(file: string, from: From): Promise<Written> {
  if (await fs.stat(file).catch(() => undefined))
    throw new StartError(`${file} is there already: name another file, or move that one away.`)
  const part = `${file}.part`
  await fs.rm(part, { force: true })
  await fs.mkdir(path.dirname(file), { recursive: true })
  const packer = await openPacker(part)
  const client = new pg.Client({ connectionString: from.url, application_name: 'nightdesk backup' })
  client.on('error', () => undefined) // the query that follows fails and says so
  try {
    // The anchors first: one that is written meanwhile would be ahead of the chain that is packed.
    const anchors = await readAnchorFiles(from.dataDir)
    await client.connect()
    const { tables, rows } = await packRows(client, packer, from)
    for (const [name, content] of anchors) await packer.add(`anchors/${name}`, content)
    const files = await packFiles(from.files, packer)
    await packer.seal({ rows, sequences: await readSequences(client) })
    await client.query('commit')
    await fs.rename(part, file)
    const { size } = await fs.stat(file)
    return { tables, rows: Object.values(rows).reduce((sum, count) => sum + count, 0), files, bytes: size }
  } catch (error) {
    packer.abort()
    await fs.rm(part, { force: true })
    throw error
  } finally {
    await client.end()
  }
}

async function packRows(client: pg.Client, packer: Packer, { product, now }: From) {
  await client.query('begin isolation level repeatable read read only')
  const tables = await listTables(client)
  const migrations = await listMigrations(client)
  const manifest = { format: FORMAT, product, madeAt: now.toISOString(), migrations, tables }
  await packer.add(MANIFEST, Buffer.from(JSON.stringify(manifest, null, 2)))
  const rows: Record<string, number> = {}
  for (const table of tables) {
    let piece = 0
    rows[table.name] = await copyOut(client, table, PIECE_BYTES, (content) =>
      packer.add(`tables/${table.name}/${String(++piece).padStart(6, '0')}`, content),
    )
  }
  return { tables: tables.length, rows }
}

/** A file that is erased meanwhile is left out: who asked to be forgotten is not packed for later. */
async function packFiles(files: Files, packer: Packer): Promise<number> {
  let count = 0
  for await (const { id } of files.list()) {
    const found = await files.get(id)
    if (!found) continue
    await packer.add(`files/${id}`, found)
    count++
  }
  return count
}

async function readAnchorFiles(dataDir: string): Promise<[string, Buffer][]> {
  const folder = anchorsIn(dataDir)
  const names = await fs.readdir(folder).catch(() => [] as string[])
  return Promise.all(
    names.sort().map(async (name): Promise<[string, Buffer]> => [name, await fs.readFile(path.join(folder, name))]),
  )
}
