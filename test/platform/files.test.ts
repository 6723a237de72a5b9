import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Files, FileTooLarge, openFiles } from '../../server/platform/files.ts'
import { StartError } from '../../server/platform/start-error.ts'
import { startBucket } from '../support/bucket.ts'

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-files-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

async function open(where: 'disk' | 'bucket'): Promise<{ files: Files; dataDir: string }> {
  const dataDir = folder()
  return { files: await openFiles({ dataDir, s3Url: where === 'bucket' ? await startBucket() : undefined }), dataDir }
}

async function everything(files: Files): Promise<{ id: string; bytes: number }[]> {
  const all: { id: string; bytes: number }[] = []
  for await (const file of files.list()) all.push(file)
  return all
}
const contentOf = async (files: Files, id: string): Promise<Buffer | undefined> => {
  const found = await files.get(id)
  return found && (await buffer(found.content))
}
const incoming = (dataDir: string): string[] => {
  const place = path.join(dataDir, 'files', 'incoming')
  return fs.existsSync(place) ? fs.readdirSync(place) : []
}

describe.each(['disk', 'bucket'] as const)('in a %s', (where) => {
  test('what is put comes back byte for byte, with its length and its fingerprint', async () => {
    const { files, dataDir } = await open(where)
    const content = randomBytes(3_000_000)
    const stored = await files.put(Readable.from([content.subarray(0, 17), content.subarray(17)]))
    expect(stored).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      bytes: 3_000_000,
      sha256: createHash('sha256').update(content).digest('hex'),
    })
    expect((await files.get(stored.id))?.bytes).toBe(3_000_000)
    expect((await contentOf(files, stored.id))?.equals(content)).toBe(true)
    expect(incoming(dataDir)).toEqual([])
  })

  test('every file is listed once, and none that is gone', async () => {
    const { files } = await open(where)
    expect(await everything(files)).toEqual([])
    const kept = await Promise.all([5, 0, 900].map((bytes) => files.put(Readable.from([Buffer.alloc(bytes)]))))
    const gone = await files.put(Readable.from([Buffer.from('gone')]))
    await files.delete(gone.id)
    await files.delete(gone.id)
    const listed = await everything(files)
    expect(listed.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
      kept.map(({ id, bytes }) => ({ id, bytes })).toSorted((a, b) => a.id.localeCompare(b.id)),
    )
    expect([await files.exists(gone.id), await files.get(gone.id)]).toEqual([false, undefined])
  })

  test('a file that is too large, or breaks off, leaves nothing behind', async () => {
    const { files, dataDir } = await open(where)
    await expect(files.put(Readable.from([Buffer.alloc(11)]), { atMostBytes: 10 })).rejects.toThrow(FileTooLarge)
    const breaking = async function* () {
      yield Buffer.alloc(1000)
      throw new Error('the line broke')
    }
    await expect(files.put(Readable.from(breaking()))).rejects.toThrow('the line broke')
    expect(await everything(files)).toEqual([])
    expect(incoming(dataDir)).toEqual([])
  })
})

test('what is still coming in is no file yet', async () => {
  const { files, dataDir } = await open('disk')
  let finish = (): void => undefined
  const slowly = async function* () {
    yield Buffer.from('half')
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    yield Buffer.from(' and half')
  }
  const putting = files.put(Readable.from(slowly()))
  await expect.poll(() => incoming(dataDir).length).toBe(1)
  expect(await everything(files)).toEqual([])
  finish()
  const { id } = await putting
  expect((await contentOf(files, id))?.toString()).toBe('half and half')
})

test('nothing but an id of ours leads to a file', async () => {
  const { files, dataDir } = await open('disk')
  fs.writeFileSync(path.join(dataDir, 'secret'), 'secret')
  for (const wrong of [
    '',
    '../secret',
    '..%2fsecret',
    `${'a'.repeat(31)}/`,
    'A'.repeat(32),
    '/etc/passwd',
    'a'.repeat(33),
  ]) {
    expect(await files.get(wrong)).toBeUndefined()
    expect(await files.exists(wrong)).toBe(false)
    await files.delete(wrong)
  }
  expect(fs.readFileSync(path.join(dataDir, 'secret'), 'utf8')).toBe('secret')
})

test('a backup brings its files back under the ids that they had', async () => {
  const { files } = await open('disk')
  const id = '0123456789abcdef0123456789abcdef'
  expect((await files.put(Readable.from([Buffer.from('again')]), { id })).id).toBe(id)
  expect((await contentOf(files, id))?.toString()).toBe('again')
  await expect(files.put(Readable.from([]), { id: '../up' })).rejects.toThrow('not the id of a file')
})

test.each(['https://host.example', 's3://', 's3://bucket/with/path', 'https://host.example/two/buckets'])(
  'an S3_URL that names no bucket ends the start in a sentence: %s',
  async (s3Url) => {
    await expect(openFiles({ dataDir: folder(), s3Url })).rejects.toThrow(StartError)
  },
)
