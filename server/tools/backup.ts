// `npm run backup [file]`: everything in one file, while the program runs or while it is stopped.
import fs from 'node:fs'
import path from 'node:path'
import { readConfig } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { openFiles } from '../platform/files.ts'
import { writeBackup } from './backup/write.ts'
import { asTool, reachDatabase } from './reach.ts'

await asTool(async () => {
  const config = readConfig()
  const now = systemClock.now()
  const file = path.resolve(
    process.argv[2] ?? `nightdesk-${now.toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}.tar.gz`,
  )
  const { url, close } = await reachDatabase(config)
  try {
    const files = await openFiles(config)
    const product = String(
      JSON.parse(fs.readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8')).version,
    )
    const written = await writeBackup(file, { url, dataDir: config.dataDir, files, product, now })
    console.log(
      `Backed up as of ${now.toISOString()}: ${written.rows} rows of ${written.tables} tables and ${written.files} files, ${written.bytes} bytes in ${file}. Keep it like the house itself: it holds everything but passwords in the clear.`,
    )
    return 0
  } finally {
    await close()
  }
})
