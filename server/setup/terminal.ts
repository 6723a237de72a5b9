import { isInhabited } from '../accounts/queries.ts'
import type { Deps } from '../web/deps.ts'
import { setupCode } from './code.ts'

/** What the terminal says of an empty house: where to begin, and the code that only its reader has. */
export async function announceSetup({ db, config, secret }: Pick<Deps, 'db' | 'config' | 'secret'>): Promise<void> {
  if (config.demo || (await isInhabited(db))) return
  const code = setupCode(secret)
  console.log(`\nNobody works here yet. Move in at ${config.publicUrl}/setup?code=${code} (setup code ${code}).`)
}
