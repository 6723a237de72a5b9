import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { StartError } from './start-error.ts'

/**
 * Files of the house, each under a random id: on disk in `DATA_DIR/files`, or in a bucket where `S3_URL` is set. One
 * door for pictures, attachments, recordings and papers; what a file is called, what type it has and who may see it are
 * matters of the row that holds its id. Nothing a person wrote is ever part of a path.
 *
 * How to use it: `put` first, then the row with the id in a transaction, and `delete` where that fails. A file is whole
 * or not there, and never changes: another content is another id. Everything streams; memory does not grow with files.
 */
export type Files = {
  /** Stores what the stream brings. Throws `FileTooLarge` beyond `atMostBytes`, and then keeps nothing. */
  readonly put: (content: Readable, options?: PutOptions) => Promise<StoredFile>
  /** The content with its length, or undefined where no such file is. */
  readonly get: (id: string) => Promise<{ readonly bytes: number; readonly content: Readable } | undefined>
  readonly exists: (id: string) => Promise<boolean>
  /** Quiet where it is gone already. */
  readonly delete: (id: string) => Promise<void>
  /** Every file, in no order that means anything; those that are just coming in are not among them. */
  readonly list: () => AsyncIterable<{ readonly id: string; readonly bytes: number }>
}
export type StoredFile = { readonly id: string; readonly bytes: number; readonly sha256: string }
/** `id` only where a backup brings its own. */
type PutOptions = { readonly atMostBytes?: number; readonly id?: string }

export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge'
}

/** 128 bits in hex: one case, so that it is one file on every file system. */
export const isFileId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text)
const newId = (): string => randomBytes(16).toString('hex')
/** Two hundred and fifty-six folders, so that none grows too long to list. */
const keyOf = (id: string): string => `${id.slice(0, 2)}/${id}`
const SHARD = /^[0-9a-f]{2}$/

type Options = { readonly dataDir: string; readonly s3Url: string | undefined }

/** Throws `StartError` where S3_URL cannot be understood. */
export async function openFiles({ dataDir, s3Url }: Options): Promise<Files> {
  const root = path.join(dataDir, 'files')
  const incoming = path.join(root, 'incoming')
  const disk = new Disk(s3Url ? await bucketAt(s3Url) : new LocalDriver({ location: root, visibility: 'private' }))
  const bring = s3Url
    ? (spool: string, key: string, bytes: number): Promise<void> =>
        disk.putStream(key, createReadStream(spool), { contentLength: bytes })
    : (spool: string, key: string): Promise<void> => disk.move(path.relative(root, spool), key)

  /** First to a file that nobody sees: its length is then known, as a bucket demands, and it appears whole. */
  const put: Files['put'] = async (content, { atMostBytes = Number.POSITIVE_INFINITY, id = newId() } = {}) => {
    if (!isFileId(id)) throw new Error(`${id} is not the id of a file`)
    const spool = path.join(incoming, `${id}-${randomBytes(4).toString('hex')}`)
    await fs.mkdir(incoming, { recursive: true })
    try {
      const meter = measure(atMostBytes)
      await pipeline(content, meter.through, createWriteStream(spool, { flags: 'wx', mode: 0o600, flush: true }))
      const { bytes, sha256 } = meter.result()
      await bring(spool, keyOf(id), bytes)
      return { id, bytes, sha256 }
    } finally {
      await fs.rm(spool, { force: true })
    }
  }

  const exists: Files['exists'] = async (id) => isFileId(id) && (await disk.exists(keyOf(id)))
  return {
    put,
    exists,
    get: async (id) => {
      if (!(await exists(id))) return undefined
      const { contentLength } = await disk.getMetaData(keyOf(id))
      return { bytes: contentLength, content: await disk.getStream(keyOf(id)) }
    },
    delete: async (id) => {
      if (isFileId(id)) await disk.delete(keyOf(id))
    },
    list: () => listAll(disk),
  }
}

async function* listAll(disk: Disk): AsyncIterable<{ id: string; bytes: number }> {
  for await (const shard of objectsIn(disk, '/')) {
    if (shard.isFile || !SHARD.test(shard.name)) continue
    for await (const file of objectsIn(disk, shard.name)) {
      if (!file.isFile || !isFileId(file.name)) continue
      // Asked for one by one: what a bucket's listing says of lengths, flydrive reads under another name.
      const { contentLength } = await disk.getMetaData(keyOf(file.name))
      yield { id: file.name, bytes: contentLength }
    }
  }
}

async function* objectsIn(disk: Disk, folder: string) {
  let paginationToken: string | undefined
  do {
    const page = await disk.listAll(folder, paginationToken ? { paginationToken } : {})
    yield* page.objects
    paginationToken = page.paginationToken
  } while (paginationToken)
}

/** Counts and fingerprints what runs through it, and cuts it off where it is too much. */
function measure(atMostBytes: number) {
  const hash = createHash('sha256')
  let bytes = 0
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.byteLength
      if (bytes > atMostBytes) return done(new FileTooLarge(`more than ${atMostBytes} bytes`))
      hash.update(piece)
      done(null, piece)
    },
  })
  return { through, result: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/** Flydrive copies and then removes; a rename is at once and whole. */
class LocalDriver extends FSDriver {
  override async move(source: string, destination: string): Promise<void> {
    const [from, to] = [source, destination].map((key) => path.join(String(this.options.location), key)) as [
      string,
      string,
    ]
    await fs.mkdir(path.dirname(to), { recursive: true })
    await fs.rename(from, to)
  }
}

const UNCLEAR =
  'S3_URL names no bucket: write it as s3://KEY:SECRET@bucket?region=eu-central-1, or for another service as https://KEY:SECRET@host/bucket.'

/**
 * `s3://[KEY:SECRET@]bucket[?region=…]` for Amazon's own, `http(s)://[KEY:SECRET@]host[:port]/bucket[?region=…]` for any
 * other service. Without a key the environment, or the machine, gives it as the SDK of AWS knows how. Loaded only where
 * it is used: it is large.
 */
async function bucketAt(s3Url: string) {
  const { S3Driver } = await import('flydrive/drivers/s3')
  const url = new URL(s3Url)
  const own = url.protocol === 's3:'
  const bucket = own ? url.hostname : url.pathname.replace(/^\/|\/$/g, '')
  if (bucket === '' || bucket.includes('/') || (own && !/^\/?$/.test(url.pathname))) throw new StartError(UNCLEAR)
  return new S3Driver({
    bucket,
    visibility: 'private',
    supportsACL: false,
    region: url.searchParams.get('region') ?? 'us-east-1',
    // Checksums in trailers are Amazon's alone.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(own ? {} : { endpoint: `${url.protocol}//${url.host}`, forcePathStyle: true }),
    ...(url.username
      ? {
          credentials: {
            accessKeyId: decodeURIComponent(url.username),
            secretAccessKey: decodeURIComponent(url.password),
          },
        }
      : {}),
  })
}
