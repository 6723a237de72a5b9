import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import S3rver from '@20minutes/s3rver'
import { onTestFinished } from 'vitest'

/** A service that speaks S3, with one empty bucket; the value of S3_URL for it. */
export async function startBucket(): Promise<string> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-bucket-'))
  const service = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    // It reckons a listing's signature in another order than Amazon does.
    allowMismatchedSignatures: true,
    directory,
    configureBuckets: [{ name: 'house', configs: [] }],
  })
  const { port } = (await service.run()) as AddressInfo
  onTestFinished(async () => {
    await service.close()
    fs.rmSync(directory, { recursive: true, force: true })
  })
  return `http://S3RVER:S3RVER@127.0.0.1:${port}/house`
}
