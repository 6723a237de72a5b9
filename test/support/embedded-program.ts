// A program of one line on the embedded database, to be killed by tests: says how it came by it, and waits.
import { startEmbedded } from '../../server/platform/embedded.ts'
import { claimFolder } from '../../server/platform/sole-owner.ts'
import { StartError } from '../../server/platform/start-error.ts'

const [dataDir = ''] = process.argv.slice(2)
try {
  const { url, how } = await startEmbedded(dataDir, { flags: ['-c', 'fsync=off'] })
  await claimFolder({ url, dataDir })
  console.log(JSON.stringify({ url, how }))
  setInterval(() => undefined, 1000)
} catch (error) {
  console.log(JSON.stringify({ refused: error instanceof StartError ? error.message : String(error) }))
  process.exit(1)
}
