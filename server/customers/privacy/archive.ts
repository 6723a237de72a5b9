import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Files } from '../../platform/files.ts'
import type { KeptFile } from './kept/queries.ts'

/** `customer.json` with everything that is kept, `README.txt` with who took it and when, and the files beside them. */
export type Handed = {
  readonly readme: string
  readonly data: unknown
  readonly files: readonly KeptFile[]
}

/** A gzipped tar, as the backup is one (tools/backup): streamed, so that memory does not grow with the files. */
export function packed({ readme, data, files }: Handed, store: Pick<Files, 'get'>): Readable {
  const tar = pack()
  const out = createGzip({ level: 6 })
  pipeline(tar, out, () => undefined) // whoever reads hears of it
  const fill = async (): Promise<void> => {
    tar.entry({ name: 'README.txt' }, readme)
    tar.entry({ name: 'customer.json' }, `${JSON.stringify(data, null, 2)}\n`)
    for (const [at, { id, name }] of files.entries()) {
      const kept = await store.get(id)
      if (!kept) continue
      const entry = tar.entry({ name: `files/${fileNameOf(at, name)}`, size: kept.bytes })
      await new Promise<void>((resolve, reject) =>
        pipeline(kept.content, entry, (error) => (error ? reject(error) : resolve())),
      )
    }
    tar.finalize()
  }
  fill().catch((error) => out.destroy(error))
  return out
}

/** Numbered, because two may be called the same; without anything that would be a way out of the folder. */
export const fileNameOf = (at: number, name: string): string =>
  `${String(at + 1).padStart(3, '0')}-${name.replace(/[/\\\p{Cc}]/gu, '_').replace(/^\.+/, '')}`
