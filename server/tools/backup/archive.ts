import { createHash } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import { pipeline as piped, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { StartError } from '../../platform/start-error.ts'

/**
 * One file: a gzipped tar that any program can open. First `manifest.json`, then rows in pieces (`tables/<name>/000001`),
 * the anchors and the files, last `checksums.json`, without which the archive is not whole.
 */
export const FORMAT = 1
export type Manifest = {
  readonly format: number
  /** Version of the program, for people; what decides is the list of migrations. */
  readonly product: string
  readonly madeAt: string
  readonly migrations: readonly string[]
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[]
}
export type Checksums = {
  /** SHA-256 of every entry before this one, in their order. */
  readonly entries: readonly { readonly name: string; readonly sha256: string }[]
  readonly rows: Readonly<Record<string, number>>
  readonly sequences: Readonly<Record<string, string>>
}
export const MANIFEST = 'manifest.json'
export const CHECKSUMS = 'checksums.json'

export type Packer = {
  readonly add: (
    name: string,
    content: Buffer | { readonly bytes: number; readonly content: Readable },
  ) => Promise<void>
  /** Writes the last entry and ends the file. */
  readonly seal: (rest: Omit<Checksums, 'entries'>) => Promise<void>
  readonly abort: () => void
}

/** Writes to a file that must not be there yet; nothing is kept in memory but one piece. */
export async function openPacker(file: string): Promise<Packer> {
  const tar = pack()
  const output = fs.createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true })
  await once(output, 'open')
  const written = pipeline(tar, createGzip({ level: 6 }), output)
  written.catch(() => undefined) // whoever adds or seals hears of it
  const entries: { name: string; sha256: string }[] = []

  const put = (name: string, content: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      tar.entry({ name, size: content.byteLength }, content, (error) => (error ? reject(error) : resolve()))
    })
  const stream = async (name: string, bytes: number, content: Readable): Promise<string> => {
    const hash = createHash('sha256')
    let settle = (_: Error | null | undefined): void => undefined
    const settled = new Promise<void>((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve())
    })
    const entry = tar.entry({ name, size: bytes }, settle)
    for await (const piece of content) {
      hash.update(piece)
      if (!entry.write(piece)) await once(entry, 'drain')
    }
    entry.end(undefined)
    await settled
    return hash.digest('hex')
  }
  return {
    add: async (name, content) => {
      if (Buffer.isBuffer(content)) {
        await put(name, content)
        entries.push({ name, sha256: sha256(content) })
      } else entries.push({ name, sha256: await stream(name, content.bytes, content.content) })
    },
    seal: async (rest) => {
      await put(CHECKSUMS, Buffer.from(JSON.stringify({ entries, ...rest })))
      tar.finalize()
      await written
    },
    abort: () => tar.destroy(new Error('given up')),
  }
}

export type Entry = { readonly name: string; readonly content: AsyncIterable<Buffer> }

/** The entries of an archive in their order; each must be read before the next. Throws `StartError` where it breaks off. */
export async function* entriesOf(file: string): AsyncIterable<Entry> {
  const tar = extract()
  // A broken stream ends the walk below with its error.
  piped(fs.createReadStream(file), createGunzip(), tar, () => undefined)
  try {
    for await (const entry of tar) {
      yield { name: entry.header.name, content: piecesOf(file, entry as AsyncIterable<Buffer>) }
      entry.resume()
    }
  } catch (error) {
    throw error instanceof StartError ? error : damaged(file, (error as Error).message)
  }
}

async function* piecesOf(file: string, entry: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  try {
    yield* entry
  } catch (error) {
    throw damaged(file, (error as Error).message)
  }
}

/** Reads the whole archive once, before anything is touched: every piece must be there, whole and in its place. */
export async function inspect(file: string): Promise<{ manifest: Manifest; checksums: Checksums }> {
  if (!fs.existsSync(file)) throw new StartError(`There is no file ${file}.`)
  const seen: { name: string; sha256: string }[] = []
  let manifest: Manifest | undefined
  let checksums: Checksums | undefined
  for await (const { name, content } of entriesOf(file)) {
    if (checksums) throw damaged(file, `${name} follows its end`)
    const hash = createHash('sha256')
    const kept: Buffer[] = []
    for await (const piece of content) {
      hash.update(piece)
      if (name === MANIFEST || name === CHECKSUMS) kept.push(piece)
    }
    if (name === CHECKSUMS) checksums = parse<Checksums>(file, kept)
    else seen.push({ name, sha256: hash.digest('hex') })
    if (name === MANIFEST) manifest = parse<Manifest>(file, kept)
  }
  if (!manifest || seen[0]?.name !== MANIFEST) throw new StartError(`${file} is no backup of a Nightdesk.`)
  if (!checksums) throw damaged(file, 'its end is missing')
  const wrong = seen.findIndex(
    (entry, at) => entry.sha256 !== checksums?.entries[at]?.sha256 || entry.name !== checksums.entries[at]?.name,
  )
  if (wrong >= 0) throw damaged(file, `${seen[wrong]?.name} is not what was packed`)
  if (seen.length !== checksums.entries.length)
    throw damaged(file, `${checksums.entries[seen.length]?.name} is missing`)
  return { manifest, checksums }
}

export const damaged = (file: string, why: string): StartError =>
  new StartError(`The backup ${file} is damaged (${why}): nothing was restored, take another one.`)

function parse<T>(file: string, pieces: readonly Buffer[]): T {
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as T
  } catch {
    throw damaged(file, 'what it says of itself cannot be read')
  }
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
