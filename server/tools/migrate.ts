// `npm run migrate`: brings the configured database up to date without starting the product, for deployments of many
// processes. `npm start` does the same by itself.
import { readConfig } from '../config.ts'
import { openLog } from '../platform/log.ts'
import { StartError } from '../platform/start-error.ts'
import { openStore } from '../platform/store.ts'

try {
  const { databaseUrl, dataDir } = readConfig()
  const store = await openStore({ databaseUrl, dataDir, log: openLog('info') })
  await store.close()
  console.log('The database is up to date.')
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}
